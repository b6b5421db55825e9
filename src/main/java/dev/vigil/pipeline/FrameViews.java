package dev.vigil.pipeline;

import dev.vigil.base.Sabotage;
import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.convert.WindowConverter;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.Picture;
import dev.vigil.infer.TensorRing;

/**
 * One camera's frames into the tensors of their slots: the whole frame into one, or tile by tile into several side by side. Not
 * threadsafe: the converting thread owns it.
 */
final class FrameViews implements AutoCloseable {
    private final InputSpec spec;
    private final FrameConverter whole;
    /** Null until a frame is cut. */
    private WindowConverter part;
    /** Of the frame before; null until a frame is cut. */
    private TileGrid grid;

    FrameViews(InputSpec spec) {
        this.spec = spec;
        this.whole = new FrameConverter(spec);
    }

    /**
     * Fills a slot's tensors with its picture, and says where the frame lies in them.
     *
     * @param firstTensor of the slot
     */
    void convert(Slot slot, TileOptions tiles, TensorRing tensors, int firstTensor) throws ConvertException {
        Sabotage.at("convert");
        Picture picture = slot.picture;
        slot.grid = tiles.isTiled() ? gridFor(picture, tiles) : null;
        slot.views = tiles.views();
        int cut = slot.grid == null ? 0 : slot.grid.tiles();
        for (int view = 0; view < cut; view++) {
            part.convert(
                    picture,
                    slot.grid.windows()[view],
                    tensors.inputBytes(firstTensor + view),
                    tensors.inputFloats(firstTensor + view),
                    slot.placements[view]);
        }
        if (cut < slot.views) {
            whole.convert(
                    picture.frame(),
                    picture.orientation(),
                    tensors.inputBytes(firstTensor + cut),
                    tensors.inputFloats(firstTensor + cut),
                    slot.placements[cut]);
        }
    }

    private TileGrid gridFor(Picture picture, TileOptions tiles) {
        if (part == null) {
            part = new WindowConverter(spec);
        }
        if (grid == null || !grid.isFor(tiles, picture.widthPx(), picture.heightPx())) {
            grid = TileGrid.of(tiles, picture.widthPx(), picture.heightPx());
        }
        return grid;
    }

    @Override
    public void close() {
        whole.close();
        if (part != null) {
            part.close();
        }
    }
}
