/**
 * Models in 8 bits: which parts of a graph, with which ranges, and what it costs in accuracy.
 *
 * <pre>
 *  Opset13 ── IntegerParts: what can be in 8 bits ── Calibration: ranges of its values, out of frames
 *    ── QdqWriter: the graph with QuantizeLinear and DequantizeLinear ── LayerErrors: what each layer loses
 *    ── LossSearch: which layers stay in float, so that the loss keeps within its bound
 * </pre>
 */
package dev.vigil.workshop.quantize;
