package dev.vigil.workshop.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.workshop.compare.NamePlaces.Area;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamePlacesTest {
    private static final Area PLOT = new Area(70, 100, 970, 580);
    private static final double RADIUS_PX = 6;

    @Test
    void shouldStandAtItsRightWhenNothingIsInTheWay() {
        Area area = new NamePlaces(PLOT).place(500, 300, RADIUS_PX, 80, 20).area();
        assertThat(area).isEqualTo(new Area(509, 290, 589, 310));
    }

    @Test
    void shouldStayInsideWhenAPointIsAtTheEdge() {
        NamePlaces places = new NamePlaces(PLOT);
        requireInside(places.place(PLOT.x2(), PLOT.y1(), RADIUS_PX, 200, 20).area());
        requireInside(places.place(PLOT.x1(), PLOT.y2(), RADIUS_PX, 200, 20).area());
        requireInside(places.place(500, 300, RADIUS_PX, 900, 20).area());
    }

    @Test
    void shouldLeadToTheNameWhenOnlyAFarPlaceIsFree() {
        NamePlaces places = new NamePlaces(PLOT);
        assertThat(places.place(500, 300, RADIUS_PX, 80, 20).far()).isFalse();
        places.take(new Area(380, 240, 620, 360));
        assertThat(places.place(500, 300, RADIUS_PX, 80, 20).far()).isTrue();
    }

    /** Of 0: ten equal points; else ten random ones. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5})
    void shouldHideNothingWhenThereAreManyNames(long seed) {
        Random random = new Random(seed);
        NamePlaces places = new NamePlaces(PLOT);
        List<double[]> points = new ArrayList<>();
        List<Area> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            double x = seed == 0 ? 500 : PLOT.x1() + random.nextDouble() * 900;
            double y = seed == 0 ? 300 : PLOT.y1() + random.nextDouble() * 480;
            points.add(new double[] {x, y});
            Area disc = new Area(x - RADIUS_PX, y - RADIUS_PX, x + RADIUS_PX, y + RADIUS_PX);
            places.take(disc);
        }
        for (double[] point : points) {
            Area area = places.place(point[0], point[1], RADIUS_PX, 150 + random.nextInt(100), 20)
                    .area();
            requireInside(area);
            assertThat(all).allSatisfy(other -> assertThat(other.overlap(area)).isZero());
            all.add(area);
        }
    }

    private static void requireInside(Area area) {
        assertThat(area.x1()).isGreaterThanOrEqualTo(PLOT.x1());
        assertThat(area.y1()).isGreaterThanOrEqualTo(PLOT.y1());
        assertThat(area.x2()).isLessThanOrEqualTo(PLOT.x2());
        assertThat(area.y2()).isLessThanOrEqualTo(PLOT.y2());
    }
}
