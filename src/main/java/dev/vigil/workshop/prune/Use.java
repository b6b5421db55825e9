package dev.vigil.workshop.prune;

import onnx.Onnx.NodeProto;

/**
 * A layer that reads channels.
 *
 * @param in what it reads
 * @param norms of the weights that each channel is multiplied with
 * @param uniform whether a constant channel adds the same to every value that comes out: not where zeros are padded
 * @param biased whether such a constant can be added to a bias
 * @param sums for each channel and output, channel by channel: what a channel of ones adds
 * @param outputs how many outputs {@code sums} has for each channel
 * @param groups of outputs, each of which reads its share of the channels
 */
record Use(
        NodeProto node,
        Channels in,
        double[] norms,
        boolean uniform,
        boolean biased,
        float[] sums,
        int outputs,
        int groups) {
    /** Whether the layer gives the same without a channel, but for its bias. */
    boolean canDo(int channel, double threshold) {
        double largest = 0;
        for (double norm : norms) {
            largest = Math.max(largest, norm);
        }
        if (norms[channel] <= threshold * largest) {
            return true;
        }
        double constant = in.constants()[channel];
        return constant == 0 || !Double.isNaN(constant) && biased && (uniform || threshold > 0);
    }

    /** What a removed channel leaves in the bias of an output; 0 where that is not known and weights are next to nothing. */
    double left(int channel, int output) {
        double constant = in.constants()[channel];
        int share = in.count() / groups;
        int outputShare = outputs / groups;
        boolean read = channel / share == output / outputShare;
        return Double.isNaN(constant) || constant == 0 || !read ? 0 : constant * sums[channel * outputs + output];
    }
}
