/** How good boxes are: mean average precision as COCO defines it, and what it is measured against. */
package dev.vigil.workshop.accuracy;
