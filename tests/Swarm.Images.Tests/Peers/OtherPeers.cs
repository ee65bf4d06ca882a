using System.Collections.Immutable;
using Swarm.Images.Peers;

namespace Swarm.Images.Tests.Peers;

/// <summary>The nodes of one test.</summary>
internal sealed class OtherPeers
{
    private ImmutableArray<Peer> _all = [];

    public void Add(Peer peer) => ImmutableInterlocked.Update(ref _all, all => all.Add(peer));

    /// <summary>All but the one that asks.</summary>
    public IPeers Than(string name) => new Others(this, name);

    private sealed class Others(OtherPeers peers, string name) : IPeers
    {
        public string Self => name;

        public Task<ImmutableArray<Peer>> FindAsync(CancellationToken cancellation) =>
            Task.FromResult(peers._all.RemoveAll(peer => peer.Name == name));
    }
}
