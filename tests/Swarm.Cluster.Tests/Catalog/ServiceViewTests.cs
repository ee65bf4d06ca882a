using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Cluster.Catalog;
using Swarm.Cluster.Hosting;
using Swarm.Cluster.Tests.Hosting;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Catalog;

/// <summary>The list of services, in a real cluster of three.</summary>
public sealed class ServiceViewTests
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task A_service_that_was_removed_is_not_listed_again_by_what_an_earlier_owner_said_and_comes_late()
    {
        await using var nodes = new SeveralNodes();
        var all = await nodes.StartAllAsync();
        Show(all[0], "web", number: 1);
        await UntilAsync(all, ["web"]);

        // The one who removes it has not seen what the owner before it said last.
        Show(all[1], "web", number: 2);
        Remove(all[2], "web", number: 3);
        Show(all[0], "other", number: 1);

        await UntilAsync(all, ["other"]);
        await Task.Delay(Settled);
        await UntilAsync(all, ["other"]);
    }

    [Fact]
    public async Task Every_node_sees_what_every_other_one_shows_and_a_name_that_is_used_again()
    {
        await using var nodes = new SeveralNodes();
        var all = await nodes.StartAllAsync();
        var names = Enumerable.Range(0, 30).Select(at => $"s{at:00}").ToImmutableArray();

        foreach (var (name, at) in names.Select((name, at) => (name, at))) Show(all[at % 3], name, number: 1);
        foreach (var name in names[..10]) Remove(all[0], name, number: 2);
        Show(all[1], "s00", number: 3);

        await UntilAsync(all, ["s00", .. names[10..]]);
    }

    private static void Show(SwarmCluster node, string name, long number)
    {
        var mode = new ServiceMode.Replicated(1);
        Tell(node, name, number, new ServiceListing(new ServiceName(name), new ServiceId("id"), mode, "image", 1, 1));
    }

    private static void Remove(SwarmCluster node, string name, long number) => Tell(node, name, number, null);

    private static void Tell(SwarmCluster node, string name, long number, ServiceListing? listing) =>
        node.Catalog.Tell(new CatalogCommand.ShowService(
            new ServiceLine(new ServiceName(name), number, TimeProvider.System.GetUtcNow()) { Listing = listing }));

    private static async Task UntilAsync(IReadOnlyList<SwarmCluster> all, string[] names)
    {
        var late = Task.Delay(SeveralNodes.Patience);
        foreach (var node in all)
        {
            string[] seen;
            while (!(seen = await ListAsync(node)).SequenceEqual(names))
            {
                Assert.False(late.IsCompleted, $"{node.Address} lists {string.Join(' ', seen)}");
                await Task.Delay(50);
            }
        }
    }

    private static async Task<string[]> ListAsync(SwarmCluster node) =>
        [.. (await node.Catalog.Ask<ServiceList>(new GetServices(), SeveralNodes.Patience))
            .Services.Select(listing => listing.Name.Value)];
}
