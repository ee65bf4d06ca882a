using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.TestKit.Xunit2;
using Swarm.Cluster.Clients;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Clients;

public sealed class JournalTrialsTests : TestKit
{
    private static readonly Config Hocon = ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          test.single-expect-default = 20 s
          persistence {
            journal { plugin = "akka.persistence.journal.test"
              test {
                class = "Akka.Persistence.TestKit.TestJournal, Akka.Persistence.TestKit"
                plugin-dispatcher = "akka.actor.default-dispatcher"
              }
            }
            snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
          }
        }
        """).WithFallback(WireConfiguration.Hocon);

    private readonly IActorRef _trials;

    public JournalTrialsTests()
        : base(Hocon) => _trials = Sys.ActorOf(JournalTrials.Props("node"));

    private ITestJournal Journal => TestJournal.FromRef(Persistence.Instance.Apply(Sys).JournalFor(null));

    [Fact]
    public void A_journal_that_takes_events_has_no_fault()
    {
        _trials.Tell(new TryJournal(), TestActor);

        Assert.Equal("", ExpectMsg<JournalTried>().Fault);
    }

    [Fact]
    public async Task A_journal_that_fails_is_told_in_its_own_words_and_is_tried_anew_each_time()
    {
        await Journal.OnWrite.Fail();
        _trials.Tell(new TryJournal(), TestActor);
        Assert.StartsWith("the journal takes nothing: ", ExpectMsg<JournalTried>().Fault, StringComparison.Ordinal);

        await Journal.OnWrite.Pass();
        _trials.Tell(new TryJournal(), TestActor);
        Assert.Equal("", ExpectMsg<JournalTried>().Fault);
    }

    [Fact]
    public async Task A_journal_that_rejects_is_told_too()
    {
        await Journal.OnWrite.Reject();
        _trials.Tell(new TryJournal(), TestActor);

        Assert.StartsWith("the journal takes nothing: ", ExpectMsg<JournalTried>().Fault, StringComparison.Ordinal);
    }
}
