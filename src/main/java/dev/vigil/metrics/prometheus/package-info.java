/**
 * What Prometheus scrapes: the list of all metrics, and a scrape of them. Nothing is counted here: a scrape reads what the daemon
 * keeps anyway, when it is asked for.
 */
package dev.vigil.metrics.prometheus;
