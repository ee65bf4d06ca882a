using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Swarm.Cluster.Hosting;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class ReplayTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly JournalFile _file = new();
    private readonly List<ActorSystem> _nodes = [];

    public Task InitializeAsync()
    {
        var journal = new JournalOptions.Sqlite(_file.Path);
        JournalHocon.Prepare(journal);
        var settings = JournalHocon.Write(journal).WithFallback(ConfigurationFactory.ParseString("""
            akka { loglevel = OFF, stdout-loglevel = OFF }
            """));
        for (var node = 0; node < 2; node++) _nodes.Add(ActorSystem.Create("replay", settings));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.Terminate();
    }

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task An_entity_that_moved_away_and_back_has_all_its_events()
    {
        await AddAsync(_nodes[0], "first");
        await AddAsync(_nodes[1], "second");
        await AddAsync(_nodes[0], "third");
        await AddAsync(_nodes[0], "fourth");

        var kept = await AddAsync(_nodes[1], "fifth");

        Assert.Equal(["first", "second", "third", "fourth", "fifth"], kept);
    }

    [Fact]
    public async Task Of_two_that_live_at_once_only_one_can_keep_what_comes_next()
    {
        var stale = _nodes[0].ActorOf(Props.Create(() => new Entity()));
        Assert.Equal(["first"], await stale.Ask<string[]>("first", Patience));
        await AddAsync(_nodes[1], "second");

        Assert.Equal("refused", await stale.Ask<object>("also second", Patience));

        Assert.Equal(["first", "second", "third"], await AddAsync(_nodes[0], "third"));
    }

    /// <summary>Lives on a node as long as it takes to keep one event.</summary>
    private static async Task<IReadOnlyList<string>> AddAsync(ActorSystem node, string what)
    {
        var entity = node.ActorOf(Props.Create(() => new Entity()));
        var kept = await entity.Ask<string[]>(what, Patience);
        await entity.GracefulStop(Patience);
        return kept;
    }

    private sealed class Entity : UntypedPersistentActor
    {
        private readonly List<string> _events = [];

        public override string PersistenceId => "entity";

        protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
            Sender.Tell("rejected");

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
            Sender.Tell("refused");

        protected override void OnRecover(object message)
        {
            if (message is string happened) _events.Add(happened);
        }

        protected override void OnCommand(object message) => Persist((string)message, kept =>
        {
            _events.Add(kept);
            Sender.Tell(_events.ToArray());
        });
    }
}
