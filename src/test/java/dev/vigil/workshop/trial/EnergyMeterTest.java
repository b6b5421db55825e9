package dev.vigil.workshop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.workshop.trial.EnergyMeter.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyMeterTest {
    @TempDir
    Path folder;

    private void zone(String name, String of, String uj) throws IOException {
        Path zone = Files.createDirectories(folder.resolve(name));
        Files.writeString(zone.resolve("name"), of + "\n");
        Files.writeString(zone.resolve("energy_uj"), uj + "\n");
        Files.writeString(zone.resolve("max_energy_range_uj"), "262143328850\n");
    }

    @Test
    void shouldAddThePackagesWhenTheBoxTells() throws IOException {
        zone("intel-rapl:0", "package-0", "1000000");
        zone("intel-rapl:1", "package-1", "262143328000");
        zone("intel-rapl:2", "psys", "5");
        zone("intel-rapl:0:0", "core", "7");
        zone("intel-rapl-mmio:0", "package-0", "9");
        EnergyMeter meter = EnergyMeter.of(folder);
        assertThat(meter.why()).isNull();
        Reading from = meter.read();
        zone("intel-rapl:0", "package-0", "3000000");
        zone("intel-rapl:1", "package-1", "999150"); // began again from 0
        Reading to = meter.read();
        assertThat(meter.watts(new Reading(0, from.uj()), new Reading(500_000_000, to.uj())))
                .as("2 J and 1 J in half a second")
                .isCloseTo(6, within(1e-9));
    }

    @Test
    void shouldSayWhyWhenTheBoxDoesNotTell() throws IOException {
        assertThat(EnergyMeter.of(folder.resolve("none")).why())
                .isEqualTo("this kernel tells no energy: there is no " + folder.resolve("none"));
        assertThat(EnergyMeter.of(folder).why())
                .isEqualTo("this box tells no energy: " + folder + " has no processor package");
        zone("intel-rapl:0", "package-0", "none");
        assertThat(EnergyMeter.of(folder).why()).startsWith("the energy counters can not be read: ");
        EnergyMeter none = EnergyMeter.of(folder.resolve("none"));
        assertThat(none.watts(none.read(), none.read())).isNaN();
    }

    @Test
    void shouldTellNothingWhenTheCounterIsGone() throws IOException {
        zone("intel-rapl:0", "package-0", "1000000");
        EnergyMeter meter = EnergyMeter.of(folder);
        Reading from = meter.read();
        Files.delete(folder.resolve("intel-rapl:0/energy_uj"));
        assertThat(meter.watts(from, meter.read())).isNaN();
    }
}
