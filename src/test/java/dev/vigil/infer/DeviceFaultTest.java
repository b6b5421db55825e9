package dev.vigil.infer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In the words of ONNX Runtime's CUDA and TensorRT providers. */
class DeviceFaultTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CONTEXT | CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=box ; expr=cudaMemcpy(...);",
                "CONTEXT | Non-zero status code returned while running Conv node. Name:'c1' Status Message: CUDA failure 719: unspecified launch failure ; GPU=0",
                "CONTEXT | CUDNN failure 5000: CUDNN_STATUS_EXECUTION_FAILED ; GPU=0 ; CUDA failure 716: misaligned address ; GPU=0",
                "DEVICE  | CUDNN failure 8: CUDNN_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=box ; expr=cudnnConvolutionForward(...)",
                "DEVICE  | CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED ; GPU=0",
                "DEVICE  | CUDA failure 2: out of memory ; GPU=0",
                "DEVICE  | CUDA failure 100: no CUDA-capable device is detected ; GPU=0",
                "DEVICE  | CUDA error executing cudaStreamSynchronize(stream)",
                "DEVICE  | TensorRT EP execution context enqueue failed.",
                "NONE    | Non-zero status code returned while running Reshape node. Name:'r' Status Message: the input tensor cannot be reshaped",
                "DEVICE  | Non-zero status code returned while running Conv node. Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 1228800",
                "NONE    | an inference was ended after 500 ms",
            })
    void shouldKnowWhoIsToBlameWhenARunFails(DeviceFault kind, String message) {
        assertThat(DeviceFault.of(message)).isEqualTo(kind);
    }
}
