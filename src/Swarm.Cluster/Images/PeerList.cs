using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Images.Peers;

namespace Swarm.Cluster.Images;

/// <summary>The other nodes, as this one's catalog lists them.</summary>
/// <remarks>Whoever asks before this node is in its cluster waits until it is.</remarks>
public sealed partial class PeerList(NodeId self, ILogger<PeerList> logger) : IPeers
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource<IActorRef> _catalog =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>This node is in its cluster.</summary>
    /// <param name="catalog">Answers <see cref="GetNodes"/>.</param>
    public void Join(IActorRef catalog) => _catalog.TrySetResult(catalog);

    /// <inheritdoc/>
    public string Self => self.Value;

    /// <inheritdoc/>
    public async Task<ImmutableArray<Peer>> FindAsync(CancellationToken cancellation)
    {
        var catalog = await _catalog.Task.WaitAsync(cancellation);
        var peers = ImmutableArray.CreateBuilder<Peer>();
        for (string? after = ""; after is not null;)
        {
            if (await AskAsync(catalog, after, cancellation) is not { } page) break;
            peers.AddRange(
                page.Nodes
                    .Where(node => node.Reachable && node.Node.Id != self)
                    .Select(node => (node.Node.Id, Address: AddressOf(node.Node.HttpAddress)))
                    .Where(node => node.Address is not null)
                    .Select(node => new Peer(node.Id.Value, node.Address!)));
            after = page.Next;
        }

        return peers.ToImmutable();
    }

    private async Task<NodeList?> AskAsync(IActorRef catalog, string after, CancellationToken cancellation)
    {
        try
        {
            return await catalog.Ask<NodeList>(new GetNodes { After = after }, AnswerMax, cancellation);
        }
        catch (AskTimeoutException)
        {
            LogNoAnswer(AnswerMax);
            return null;
        }
    }

    private static Uri? AddressOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            ? uri
            : null;

    [LoggerMessage(LogLevel.Warning, "The list of nodes was not given within {Span}")]
    private partial void LogNoAnswer(TimeSpan span);
}
