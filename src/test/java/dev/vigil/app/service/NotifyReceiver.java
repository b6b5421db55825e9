package dev.vigil.app.service;

import dev.vigil.mqtt.Await;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Stands for systemd: a datagram socket that keeps what services say, in its order. */
public final class NotifyReceiver implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<String> datagrams = new CopyOnWriteArrayList<>();
    private final Channel channel;

    /** @param address as {@code NOTIFY_SOCKET} has it */
    public NotifyReceiver(String address) {
        channel = new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        datagrams.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(address.startsWith("@") ? "\0" + address.substring(1) : address))
                .syncUninterruptibly()
                .channel();
    }

    /** All that came, a datagram each. */
    public List<String> datagrams() {
        return List.copyOf(datagrams);
    }

    /** The assignments that came, without those of a variable that changes all the time. */
    public List<String> states() {
        List<String> states = new ArrayList<>();
        datagrams.forEach(datagram -> datagram.lines()
                .filter(line ->
                        !line.startsWith("STATUS=") && !line.startsWith("EXTEND_") && !line.startsWith("WATCHDOG="))
                .forEach(states::add));
        return states;
    }

    /** The status lines that came. */
    public List<String> statuses() {
        return datagrams.stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("STATUS="))
                .map(line -> line.substring("STATUS=".length()))
                .toList();
    }

    public String lastStatus() {
        List<String> all = statuses();
        return all.isEmpty() ? "" : all.get(all.size() - 1);
    }

    /** How often an assignment came. */
    public long count(String assignment) {
        return datagrams.stream()
                .flatMap(String::lines)
                .filter(assignment::equals)
                .count();
    }

    /** Waits until an assignment has come more often than before. */
    public void awaitOneMore(String assignment, long before) {
        Await.until(assignment, () -> count(assignment) > before);
    }

    /** Reads no more, as a systemd that hangs. */
    public void pause() {
        channel.config().setAutoRead(false);
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
