using Swarm.Cluster.Hosting;
using Swarm.Core;
using Swarm.Daemon.Host;
using Swarm.Runtime.Nodes;

namespace Swarm.Daemon.Tests;

public sealed class JournalPresenceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarmjournal").FullName;

    private string Journal => Path.Join(_folder, "journal.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_node_without_services_begins_with_no_journal() =>
        JournalPresence.Check(new JournalOptions.Sqlite(Journal), new NodeStore(_folder));

    [Fact]
    public async Task A_node_with_services_is_not_begun_without_their_journal()
    {
        var store = new NodeStore(_folder);
        await store.SaveAsync(new KeptService { Name = new ServiceName("web") });

        var refused = Assert.Throws<ClusterStartException>(
            () => JournalPresence.Check(new JournalOptions.Sqlite(Journal), store));

        Assert.StartsWith(
            $"the journal {Journal} is gone, and {_folder}/services tells of", refused.Message,
            StringComparison.Ordinal);
        await File.WriteAllTextAsync(Journal, "");
        refused = Assert.Throws<ClusterStartException>(
            () => JournalPresence.Check(new JournalOptions.Sqlite(Journal), store));
        Assert.StartsWith($"the journal {Journal} is empty", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_said_to_be_none()
    {
        var store = new NodeStore(_folder);
        await store.SaveAsync(new KeptService { Name = new ServiceName("web") });
        await File.WriteAllTextAsync(Journal, "this is no database, and long enough to be told from an empty one");

        var refused = Assert.Throws<ClusterStartException>(
            () => JournalPresence.Check(new JournalOptions.Sqlite(Journal), store));

        Assert.StartsWith($"the journal {Journal} cannot be read", refused.Message, StringComparison.Ordinal);
    }
}
