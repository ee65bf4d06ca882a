using Npgsql;
using Swarm.Client;
using Swarm.Cluster.Hosting;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>The journal's database is away, or dies.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class DatabaseTests(ThreeHosts shared)
{
    /// <summary>Longer than every delay of ours and Akka's before something is tried again.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(1);

    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task Without_its_database_all_goes_on_and_nothing_new_is_taken() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 6));
            var before = scenario.Living();

            await _hosts.Database.StopAsync();
            await using (var hasty = SwarmHosts.Connect(_hosts.All, TimeSpan.FromSeconds(12)))
            {
                var told = await Assert.ThrowsAsync<SwarmUnreachableException>(
                    () => hasty.DeployAsync(Ledger.Read(Composed.Sleepers("late", 1))));
                Assert.Contains("journal", told.Message, StringComparison.Ordinal);
            }

            var struck = before[0];
            await SwarmHost.KillContainerAsync(struck);
            await Until.TrueAsync(
                () => scenario.Living().Any(one => one.Id == struck.Id && one.Pid != struck.Pid),
                () => "the container was not started again");
            await Until.StaysAsync(Outage, () => scenario.Living().Count == 6, () => $"{scenario.Living().Count} live");
            await _hosts.Database.StartAsync();

            // Whether it was taken after all, when nobody waited any more, nobody knows: who asks again is told.
            await scenario.Ledger.DeployAsync(Composed.Sleepers("late", 1));
            await scenario.RunAsync(Composed.Sleepers("after", 3));

            Assert.Superset(before.Skip(1).ToHashSet(), scenario.Living().ToHashSet());
        });

    [Fact]
    public Task What_was_acknowledged_before_the_database_was_killed_is_there_when_it_is_back() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var deploying = Enumerable.Range(1, 12).Select(number => InsistAsync(scenario, $"many{number}")).ToList();

            await Task.WhenAny(deploying);
            await _hosts.Database.KillAsync();
            await _hosts.Database.StartAsync();
            await Task.WhenAll(deploying);

            await scenario.UntilSettledAsync();
        });

    [Fact]
    public async Task A_write_that_was_begun_by_who_is_gone_holds_up_nobody_who_writes_the_same()
    {
        var settings = new NpgsqlConnectionStringBuilder(
            new JournalOptions.PostgreSql(_hosts.Database.ConnectionString).EffectiveConnectionString)
        {
            Timeout = (int)Until.Patience.TotalSeconds, // to connect; it may just have been started
        }.ConnectionString;
        await using NpgsqlConnection gone = new(settings), next = new(settings);
        await Task.WhenAll(gone.OpenAsync(), next.OpenAsync());
        await RunAsync(gone, "CREATE TABLE begun (number int PRIMARY KEY)");
        await using var unfinished = await gone.BeginTransactionAsync();
        await RunAsync(gone, "INSERT INTO begun VALUES (7)");

        // Waits for what becomes of the other one, and is given up when that takes too long.
        await RunAsync(next, "INSERT INTO begun VALUES (7)");

        await RunAsync(next, "DROP TABLE begun");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => unfinished.CommitAsync());
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Tries again until it is acknowledged, as who deploys would.</summary>
    private static async Task InsistAsync(Scenario scenario, string name)
    {
        while (true)
        {
            try
            {
                await scenario.Ledger.DeployAsync(Composed.Sleepers(name, 1));
                return;
            }
            catch (SwarmRefusedException refused) when (refused.Message.Contains("journal", StringComparison.Ordinal))
            {
                // Told that it was not kept.
            }
            catch (SwarmUnreachableException)
            {
                // Nobody knows.
            }
        }
    }
}
