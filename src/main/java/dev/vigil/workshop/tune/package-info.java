/**
 * The fastest way to run a model on this box: which file of it, by which backend, on which device, with how many workers, threads
 * and pictures at once.
 *
 * <pre>
 *  the default ──► one trial of each family ──► its shapes ──► races in turns with the default ──► finals ──► the settings
 *                  far slower, loses too much    dominated      the slower half, again and again     proof
 * </pre>
 */
package dev.vigil.workshop.tune;
