package dev.vigil.mqtt.proof;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What one connection was sent.
 *
 * @param bytes all of it
 * @param splits where one portion ends and the next begins; ascending, the last is the end
 */
record FuzzCase(byte[] bytes, int[] splits) {
    /** @param accept whether a valid CONNACK comes first */
    static FuzzCase of(Mutator mutator, Random random, boolean accept) {
        byte[] first = accept ? mutator.accepting() : new byte[0];
        byte[] rest = mutator.next();
        byte[] bytes = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, bytes, first.length, rest.length);
        int[] splits = new int[1 + random.nextInt(4)];
        for (int i = 0; i < splits.length; i++) {
            splits[i] = random.nextInt(bytes.length + 1);
        }
        splits[0] = bytes.length;
        Arrays.sort(splits);
        return new FuzzCase(bytes, splits);
    }

    /** Hexadecimal, a portion between bars. */
    @Override
    public String toString() {
        int[] starts = new int[splits.length];
        System.arraycopy(splits, 0, starts, 1, splits.length - 1);
        return java.util.stream.IntStream.range(0, splits.length)
                .mapToObj(i -> HexFormat.ofDelimiter(" ").formatHex(bytes, starts[i], splits[i]))
                .collect(Collectors.joining(" | "));
    }
}
