using System.Diagnostics;
using Swarm.Core;

namespace Swarm.Runtime.Names;

/// <summary>Answers the messages of containers: of itself, or by asking others.</summary>
/// <param name="book">As it is at the moment.</param>
/// <param name="wishesOf">Null for a container that is gone.</param>
/// <param name="hostResolver">The text of the host's resolv.conf.</param>
internal sealed class Answering(
    Func<NameBook> book, Func<ContainerId, NameWishes?> wishesOf, Func<string> hostResolver,
    NamespaceSockets sockets, NameServerLimits limits, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _forwarding = new(limits.Forwarded);
    private readonly UpstreamExchange _exchange = new(sockets, time, limits.Patience);
    private int _turn;

    /// <summary>Answers of itself, if it can.</summary>
    /// <returns>The answer, which is empty where nothing is said at all; or the question that others are to be
    /// asked.</returns>
    internal (byte[]? Reply, NameQuery? Forward) Answer(
        ContainerId asker, ReadOnlyMemory<byte> message, bool byDatagram)
    {
        switch (QueryReading.Read(message))
        {
            case QueryReading.Ignored: return ([], null);
            case QueryReading.Wrong wrong: return (ReplyWriter.Write(wrong), null);
            case QueryReading.Understood { Query: var query }:
                var answer = NameDecision.Decide(
                    book(), asker, query, wishesOf(asker) is { KeepsSingleLabels: true },
                    Interlocked.Increment(ref _turn));
                return answer is NameAnswer.Forward
                    ? (null, query)
                    : (ReplyWriter.Write(query, answer, LimitOf(query, byDatagram)), null);
            default: throw new UnreachableException("a message is understood, wrong or ignored");
        }
    }

    /// <summary>Asks the container's servers in turn.</summary>
    /// <returns>The first answer; where there is none, what the last one said of its failure.</returns>
    internal async Task<byte[]> ForwardAsync(
        ContainerId asker, NameQuery query, string namespacePath, bool byDatagram, CancellationToken cancellation)
    {
        if (!await _forwarding.WaitAsync(TimeSpan.Zero, cancellation)) return Failure(query);
        try
        {
            byte[]? failure = null;
            var wishes = wishesOf(asker);
            foreach (var server in wishes is null ? [] : UpstreamServer.Choose(wishes, hostResolver()))
            {
                var reply = await _exchange.AskAsync(query, server, namespacePath, byDatagram, cancellation);
                if (reply is not null && !ReplyCheck.AsksForAnother(reply)) return reply;
                failure = reply ?? failure;
            }

            return failure ?? Failure(query);
        }
        finally
        {
            _forwarding.Release();
        }
    }

    public void Dispose() => _forwarding.Dispose();

    internal static byte[] Failure(NameQuery query) => ReplyWriter.Write(
        query, new NameAnswer.Failed(ResponseCode.ServerFailure), MessageFormat.SmallestDatagram);

    private static int LimitOf(NameQuery query, bool byDatagram) =>
        byDatagram ? query.DatagramLimit : MessageFormat.LargestMessage;
}
