using System.Globalization;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Links between hosts break, and are mended.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class PartitionTests(ThreeHosts shared)
{
    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task A_host_that_is_cut_off_is_replaced_and_gives_up_what_is_too_much_when_it_is_back() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 9));
            var (cut, rest) = (_hosts[3], _hosts.Others(_hosts[3]));
            var before = scenario.Living(rest);

            await _hosts.CutOffAsync(cut);
            await Until.TrueAsync(() => scenario.Living(rest).Count == 9, () => "its tasks were not replaced");
            Assert.Equal(3, scenario.Living(cut).Count);
            await _hosts.HealAsync();
            await scenario.UntilSettledAsync();

            Assert.Superset(before.ToHashSet(), scenario.Living(rest).ToHashSet());
        });

    [Fact]
    public Task The_host_that_decides_a_service_orders_nothing_any_more_when_it_is_cut_off_from_all_but_the_journal() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = await scenario.RunAsync(Composed.Sleepers("web", 9));
            var cut = _hosts.HolderOf(name);
            var rest = _hosts.Others(cut);
            var (before, behind) = (scenario.Living(rest), scenario.Living(cut));

            await _hosts.PartitionAsync([cut], rest);
            await Until.TrueAsync(() => scenario.Living(rest).Count == 9, () => "its tasks were not replaced");
            await scenario.Ledger.ScaleAsync(name, 12);
            await Until.TrueAsync(
                () => scenario.Living(rest).Count == 12, () => $"{scenario.Living(rest).Count} live elsewhere");
            Assert.Equal(behind.ToHashSet(), scenario.Living(cut).ToHashSet());
            await _hosts.HealAsync();
            await _hosts.UntilAllReachableAsync();
            await scenario.UntilSettledAsync();

            Assert.Superset(before.ToHashSet(), scenario.Living(rest).ToHashSet());
        });

    [Fact]
    public Task A_host_that_is_heard_no_more_and_still_hears_is_dealt_with_alike() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 9));
            var (mute, rest) = (_hosts[3], _hosts.Others(_hosts[3]));
            var before = scenario.Living(rest);

            await _hosts.MuteAsync([mute], rest);
            await Until.TrueAsync(() => scenario.Living(rest).Count == 9, () => "its tasks were not replaced");
            await _hosts.HealAsync();
            await scenario.UntilSettledAsync();

            Assert.Superset(before.ToHashSet(), scenario.Living(rest).ToHashSet());
        });

    [Fact]
    public Task Of_a_link_that_only_its_two_ends_miss_one_end_is_left_behind() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 6));
            SwarmHost[] rest = [_hosts[1], _hosts[3]];
            var before = scenario.Living(rest);
            var (ends, left) = (rest.Sum(host => host.Ends), _hosts[2].Ends);

            await _hosts.PartitionAsync([_hosts[1]], [_hosts[2]]);
            await Until.TrueAsync(
                () =>
                {
                    _hosts.RestartEndedDaemons();
                    return _hosts[2].Ends > left;
                },
                () => "host2 stays");
            await scenario.Ledger.DeployAsync(Composed.Sleepers("meanwhile", 2));
            await Until.TrueAsync(() => scenario.Living().Count >= 8, () => $"{scenario.Living().Count} live");
            await _hosts.HealAsync();
            await _hosts.UntilAllReachableAsync();
            await scenario.UntilSettledAsync();

            Assert.Equal(ends, rest.Sum(host => host.Ends));
            Assert.Superset(before.ToHashSet(), scenario.Living(rest).ToHashSet());
        });

    [Fact]
    public Task A_third_of_all_packets_lost_loses_no_service_and_fills_no_slot_twice() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            await scenario.RunAsync(Composed.Sleepers("web", 6));

            await _hosts.DisturbAsync([_hosts[3]], _hosts.Others(_hosts[3]), percentLost: 33);
            for (var number = 1; number <= 3; number++)
                await scenario.Ledger.DeployAsync(Composed.Sleepers($"lossy{number}", 3));
            await _hosts.HealAsync();
            await scenario.UntilSettledAsync();
        });

    [Fact]
    public Task What_may_run_once_at_most_never_runs_on_both_sides() => Scenario.RunAsync(_hosts, async scenario =>
    {
        // One line about every 10 ms: who, and when by the clock of the machine around, which all hosts share.
        const string beat =
            "while true; do read up rest </proc/uptime; echo $(hostname) $up >>/w/beats; usleep 10000; done";
        var spec = Ledger.Read(Composed.WithFolder(scenario.Folder, Composed.One("once", beat, "replicas: 1")));
        await scenario.Ledger.DeployAsync(spec with { AtMostOnce = true });
        await scenario.UntilSettledAsync();
        var cut = _hosts.All.Single(host => host.Containers().Count > 0);

        await _hosts.CutOffAsync(cut);
        await Until.TrueAsync(() => Lives(scenario).Count == 2, () => "it was not replaced");
        Assert.Empty(cut.Containers());
        await _hosts.HealAsync();
        await scenario.UntilSettledAsync();

        var lives = Lives(scenario);
        Assert.All(
            lives.Zip(lives.Skip(1)), pair => Assert.True(pair.Item1.To < pair.Item2.From, string.Join(' ', lives)));
    });

    /// <summary>From the first to the last beat of each container that ran, in their order.</summary>
    private static List<(double From, double To)> Lives(Scenario scenario) =>
    [
        .. File.ReadAllLines($"{scenario.Folder}/beats").Select(line => line.Split(' '))
            .Where(fields => fields.Length == 2)
            .GroupBy(fields => fields[0], fields => double.Parse(fields[1], CultureInfo.InvariantCulture))
            .Select(life => (From: life.Min(), To: life.Max()))
            .OrderBy(life => life.From),
    ];
}
