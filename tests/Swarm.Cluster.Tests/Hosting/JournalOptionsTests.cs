using Npgsql;
using Swarm.Cluster.Hosting;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class JournalOptionsTests
{
    [Fact]
    public void A_database_that_is_cut_off_is_given_up_soon_unless_the_operator_says_otherwise()
    {
        var plain = Effective("Host=db");
        var patient = Effective("Host=db;Timeout=60");

        Assert.Equal(("db", 5, 10), (plain.Host, plain.Timeout, plain.CommandTimeout));
        Assert.Equal(("db", 60, 10), (patient.Host, patient.Timeout, patient.CommandTimeout));
    }

    [Fact]
    public void A_database_gives_up_a_client_that_is_gone_unless_the_operator_says_otherwise()
    {
        const string ours = "-c idle_in_transaction_session_timeout=3s "
            + "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";

        Assert.Equal(ours, Effective("Host=db").Options);
        Assert.Equal(
            $"{ours} -c idle_in_transaction_session_timeout=0",
            Effective("Host=db;Options=-c idle_in_transaction_session_timeout=0").Options);
    }

    private static NpgsqlConnectionStringBuilder Effective(string given) =>
        new(new JournalOptions.PostgreSql(given).EffectiveConnectionString);
}
