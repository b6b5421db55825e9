/** Models side by side: what each costs on this box, how good its boxes are, and which ones no other beats in both. */
package dev.vigil.workshop.compare;
