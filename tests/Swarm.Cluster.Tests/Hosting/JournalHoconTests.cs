using Swarm.Cluster.Hosting;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class JournalHoconTests
{
    [Fact]
    public void A_database_that_is_back_is_asked_again_within_a_second()
    {
        var written = JournalHocon.Write(new JournalOptions.PostgreSql("Host=db"));

        foreach (var plugin in (string[])["journal.sql", "snapshot-store.sql"])
        {
            Assert.Equal(
                TimeSpan.FromSeconds(1),
                written.GetTimeSpan($"akka.persistence.{plugin}.circuit-breaker.reset-timeout"));
        }
    }
}
