/**
 * Training sets for small models, made by a big one: frames that differ, with the big model's boxes.
 *
 * <pre>
 *  frames ──► FramePool ───────────────► Split ──────► FarthestPoint ──► Teacher ──────────► SetWriter
 *             those that show something  train, val,   the most          tiles and flips,    COCO, YOLO,
 *             and are no copies, with    by scenes     different ones    merged boxes        pictures to
 *             a description of each      and times     of each                               look at
 * </pre>
 */
package dev.vigil.workshop.distill;
