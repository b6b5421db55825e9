package dev.vigil.workshop.compare;

import dev.vigil.draw.Drawing;
import dev.vigil.draw.Drawing.Anchor;
import dev.vigil.workshop.compare.NamePlaces.Area;
import dev.vigil.workshop.compare.NamePlaces.Place;
import dev.vigil.workshop.compare.ParetoFront.Point;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Speed against accuracy: a disc for each model, those of the Pareto front filled and joined by the line that nobody is beyond,
 * and a bar over the speeds of all rounds.
 */
public final class FrontChart {
    private static final int INK = 0x24292f;
    private static final int FAINT = 0x6e7781;
    private static final int GRID = 0xe4e8ec;
    private static final int FRONT = 0x0b63c5;
    private static final int BEATEN = 0x8c959f;
    private static final int PAPER = 0xffffff;

    private static final double TEXT_SHARE = 1 / 45.0;
    /** A disc's radius, as part of the text's size. */
    private static final double RADIUS_SHARE = 0.45;

    private static final double TEXT_MIN_PX = 9;
    private static final double TEXT_MAX_PX = 22;
    /** Accuracy is shown in points of a hundred. */
    private static final double POINTS = 100;

    private final Drawing drawing;
    private final double textPx;
    private final double radiusPx;
    private final List<Item> items;
    private final boolean[] front;
    private Axis x;
    private Axis y;
    private Area plot;

    /**
     * A model.
     *
     * @param speed frames a second, with the range over all rounds
     * @param accuracy 0..1
     */
    public record Item(String name, Figure speed, double accuracy) {
        Point point() {
            return new Point(speed.median(), accuracy);
        }
    }

    /** @param speed and {@code accuracy} name what the axes show, with units */
    public record Captions(String title, String below, String speed, String accuracy) {}

    private FrontChart(List<Item> items, int widthPx, int heightPx) {
        this.items = items;
        this.drawing = new Drawing(widthPx, heightPx);
        this.textPx = Math.max(TEXT_MIN_PX, Math.min(TEXT_MAX_PX, Math.min(widthPx, heightPx) * TEXT_SHARE));
        this.radiusPx = textPx * RADIUS_SHARE;
        this.front = ParetoFront.of(items.stream().map(Item::point).toList());
    }

    /** @param all those whose speed or accuracy is not known are left out */
    public static Drawing of(List<Item> all, Captions captions, int widthPx, int heightPx) {
        List<Item> known = all.stream().filter(item -> item.point().isKnown()).toList();
        FrontChart chart = new FrontChart(known, widthPx, heightPx);
        chart.axes(captions);
        NamePlaces places = new NamePlaces(chart.plot);
        chart.frontLine(places);
        chart.discs(places);
        return chart.drawing;
    }

    /**
     * That of a comparison.
     *
     * @param frames what they were measured on, for people
     */
    public static Drawing of(Comparison.Result result, String frames, int widthPx, int heightPx) {
        List<Standing> measured = result.standings().stream()
                .filter(standing -> standing.problem() == null)
                .toList();
        List<Item> items = measured.stream()
                .map(s -> new Item(
                        s.model().name(),
                        s.costs().framesPerSecond(),
                        Comparison.point(s, result.yardstick()).accuracy()))
                .toList();
        String below = frames
                + measured.stream()
                        .map(s -> s.backend() + " on " + s.device())
                        .distinct()
                        .map(place -> "; " + place)
                        .collect(Collectors.joining());
        String accuracy = result.yardstick() == null || result.yardstick().kind() == Yardstick.Kind.TRUTH
                ? "accuracy: mAP 50-95 in points"
                : "agreement with " + result.reference().model().name() + ": mAP 50 in points";
        Captions captions = new Captions("Speed and accuracy", below, "speed: frames/s of all workers", accuracy);
        return of(items, captions, widthPx, heightPx);
    }

    private void axes(Captions captions) {
        double left = 5 * textPx;
        double right = drawing.widthPx() - 2 * textPx;
        double top = 7.4 * textPx;
        double bottom = drawing.heightPx() - 4.2 * textPx;
        plot = new Area(left, top, right, bottom);
        double wholePx = drawing.widthPx() - 2 * textPx;
        title(captions.title(), textPx, 2 * textPx, 1.35 * textPx, wholePx, INK, true);
        title(captions.below(), textPx, 3.6 * textPx, textPx, wholePx, FAINT, false);
        title(captions.accuracy(), textPx, 6 * textPx, textPx, wholePx, INK, false);
        x = axis(
                items.stream()
                        .flatMapToDouble(i -> DoubleStream.of(i.speed.min(), i.speed.max()))
                        .toArray(),
                Double.MAX_VALUE,
                (int) ((right - left) / (6 * textPx)));
        y = axis(items.stream().mapToDouble(i -> POINTS * i.accuracy).toArray(), POINTS, (int)
                ((bottom - top) / (3.5 * textPx)));
        for (Axis.Tick tick : x.ticks()) {
            double at = atX(tick.value());
            drawing.line(at, top, at, bottom, GRID, 1, false);
            drawing.words(at, bottom + 1.5 * textPx, tick.text(), textPx, Anchor.MIDDLE, FAINT, false);
        }
        for (Axis.Tick tick : y.ticks()) {
            double at = atY(tick.value());
            drawing.line(left, at, right, at, GRID, 1, false);
            drawing.words(
                    left - textPx / 2,
                    at + textPx * Drawing.CAPITAL / 2,
                    tick.text(),
                    textPx,
                    Anchor.END,
                    FAINT,
                    false);
        }
        drawing.line(left, top, left, bottom, FAINT, 1, false);
        drawing.line(left, bottom, right, bottom, FAINT, 1, false);
        double foot = drawing.heightPx() - textPx;
        String speed = Drawing.fit(captions.speed(), textPx, right - left);
        drawing.words(right, foot, speed, textPx, Anchor.END, INK, false);
        legend(foot, right - Drawing.widthPx(speed, textPx) - 2 * textPx);
        if (items.isEmpty()) {
            drawing.words(
                    (left + right) / 2, (top + bottom) / 2, "nothing to show", textPx, Anchor.MIDDLE, FAINT, false);
        }
    }

    /** What filled and hollow discs are, where there is room for it. */
    private void legend(double foot, double toX) {
        String[] words = {"Pareto front", "another is better"};
        double wordsPx = Drawing.widthPx(words[0], textPx) + Drawing.widthPx(words[1], textPx);
        if (textPx * 5.5 + wordsPx > toX) {
            return;
        }
        double at = 1.5 * textPx;
        for (int i = 0; i < words.length; i++) {
            boolean onFront = i == 0;
            double middle = foot - textPx * Drawing.CAPITAL / 2;
            drawing.disc(at, middle, radiusPx, onFront ? FRONT : PAPER, onFront ? FRONT : BEATEN, textPx / 7, words[i]);
            drawing.words(at + textPx, foot, words[i], textPx, Anchor.START, FAINT, false);
            at += Drawing.widthPx(words[i], textPx) + 2.5 * textPx;
        }
    }

    private void title(String text, double atX, double atY, double sizePx, double mostPx, int rgb, boolean bold) {
        drawing.words(atX, atY, Drawing.fit(text, sizePx, mostPx), sizePx, Anchor.START, rgb, bold);
    }

    private static Axis axis(double[] values, double most, int ticksMax) {
        double min = Arrays.stream(values).min().orElse(0);
        double max = Arrays.stream(values).max().orElse(1);
        return Axis.of(min, max, most, Math.max(2, ticksMax));
    }

    private double atX(double speed) {
        return plot.x1() + x.part(speed) * (plot.x2() - plot.x1());
    }

    private double atY(double points) {
        return plot.y2() - y.part(points) * (plot.y2() - plot.y1());
    }

    /** The border of all that some model of the front is at least as good as. */
    private void frontLine(NamePlaces places) {
        List<Item> sorted = IntStream.range(0, items.size())
                .filter(i -> front[i])
                .mapToObj(items::get)
                .sorted(Comparator.comparingDouble((Item item) -> item.speed.median()))
                .toList();
        double strokePx = textPx / 8;
        double fromX = plot.x1();
        for (int i = 0; i < sorted.size(); i++) {
            double atX = atX(sorted.get(i).speed.median());
            double atY = atY(POINTS * sorted.get(i).accuracy);
            double toY = i + 1 < sorted.size() ? atY(POINTS * sorted.get(i + 1).accuracy) : plot.y2();
            drawing.line(fromX, atY, atX, atY, FRONT, strokePx, true);
            drawing.line(atX, atY, atX, toY, FRONT, strokePx, true);
            places.take(new Area(fromX, atY - strokePx, atX, atY + strokePx));
            places.take(new Area(atX - strokePx, atY, atX + strokePx, toY));
            fromX = atX;
        }
    }

    private void discs(NamePlaces places) {
        for (Item item : items) {
            double atX = atX(item.speed.median());
            double atY = atY(POINTS * item.accuracy);
            places.take(new Area(atX - radiusPx, atY - radiusPx, atX + radiusPx, atY + radiusPx));
            double from = atX(item.speed.min());
            places.take(new Area(from, atY - radiusPx / 2, atX(item.speed.max()), atY + radiusPx / 2));
        }
        List<Integer> turns = IntStream.range(0, items.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> front[i] ? 0 : 1))
                .toList();
        Place[] named = new Place[items.size()];
        String[] names = new String[items.size()];
        for (int i : turns) {
            names[i] = Drawing.fit(items.get(i).name, textPx, (plot.x2() - plot.x1()) * 0.45);
            named[i] = places.place(
                    atX(items.get(i).speed.median()),
                    atY(POINTS * items.get(i).accuracy),
                    radiusPx,
                    Drawing.widthPx(names[i], textPx) + textPx / 2,
                    1.5 * textPx);
        }
        for (int i : turns) {
            bar(items.get(i), front[i] ? FRONT : BEATEN);
            if (named[i].far()) {
                lead(items.get(i), named[i].area());
            }
        }
        for (int i = turns.size() - 1; i >= 0; i--) {
            int at = turns.get(i);
            disc(items.get(at), front[at]);
            name(names[at], named[at].area(), atX(items.get(at).speed.median()), front[at] ? INK : FAINT);
        }
    }

    /** Writes a name to the side of its place that is nearer to its disc, over the lines that lead to others. */
    private void name(String name, Area place, double discX, int rgb) {
        double paddingPx = textPx / 4;
        double middleY = (place.y1() + place.y2()) / 2;
        double middleX = (place.x1() + place.x2()) / 2;
        Anchor anchor = place.x1() >= discX ? Anchor.START : place.x2() <= discX ? Anchor.END : Anchor.MIDDLE;
        double at =
                switch (anchor) {
                    case START -> place.x1() + paddingPx;
                    case MIDDLE -> middleX;
                    case END -> place.x2() - paddingPx;
                };
        double heightPx = 1.2 * textPx;
        drawing.box(place.x1(), middleY - heightPx / 2, place.x2() - place.x1(), heightPx, PAPER);
        drawing.words(at, middleY + textPx * Drawing.CAPITAL / 2, name, textPx, anchor, rgb, false);
    }

    /** The speeds of all rounds. */
    private void bar(Item item, int rgb) {
        double atY = atY(POINTS * item.accuracy);
        double from = atX(item.speed.min());
        double to = atX(item.speed.max());
        drawing.line(from, atY, to, atY, rgb, textPx / 10, false);
        drawing.line(from, atY - radiusPx / 2, from, atY + radiusPx / 2, rgb, textPx / 10, false);
        drawing.line(to, atY - radiusPx / 2, to, atY + radiusPx / 2, rgb, textPx / 10, false);
    }

    private void lead(Item item, Area name) {
        double atX = atX(item.speed.median());
        double atY = atY(POINTS * item.accuracy);
        double toX = Math.max(name.x1(), Math.min(atX, name.x2()));
        double toY = Math.max(name.y1(), Math.min(atY, name.y2()));
        drawing.line(atX, atY, toX, toY, BEATEN, textPx / 14, false);
    }

    private void disc(Item item, boolean onFront) {
        drawing.disc(
                atX(item.speed.median()),
                atY(POINTS * item.accuracy),
                radiusPx,
                onFront ? FRONT : PAPER,
                onFront ? FRONT : BEATEN,
                textPx / 7,
                String.format(
                        Locale.ROOT,
                        "%s: %.1f frames/s (%.1f to %.1f), %.1f points%s",
                        item.name,
                        item.speed.median(),
                        item.speed.min(),
                        item.speed.max(),
                        POINTS * item.accuracy,
                        onFront ? ", on the Pareto front" : ""));
    }
}
