using System.Diagnostics;
using System.Globalization;
using Swarm.Core.Services;
using Swarm.Linux.Processes;

namespace Swarm.Daemon.Tests.Services;

/// <summary>Containers of an at-most-once service end with their lease whatever becomes of swarmd, and go on where
/// it is back before that.</summary>
public sealed class AtMostOnceTests
{
    private const string AtMostOnce = "x-swarm: {at-most-once: true, lease: 6s}";

    /// <summary>By the end of which the service may have begun another one elsewhere.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6) + Lease.Margin;

    [Fact]
    public async Task Of_a_swarmd_that_was_killed_they_are_gone_when_their_lease_is_over()
    {
        await using var node = await TestNode.StartAsync();
        var service = await node.RunAsync(Composed.Sleepers(2, AtMostOnce));
        var containers = Programs(node);

        await node.Daemon.KillAsync();
        await UntilGoneAsync(node, containers, Stopwatch.GetTimestamp());
        await UntilUnguardedAsync(node);

        await node.Daemon.StartAsync();
        await UntilRunningAgainAsync(node, service);
    }

    [Fact]
    public async Task Of_a_swarmd_that_stands_still_they_are_gone_when_their_lease_is_over()
    {
        await using var node = await TestNode.StartAsync();
        var service = await node.RunAsync(Composed.Sleepers(2, AtMostOnce));
        var containers = Programs(node);

        await SignalAsync(node, "STOP");
        var begun = Stopwatch.GetTimestamp();
        try
        {
            await UntilGoneAsync(node, containers, begun);
        }
        finally
        {
            await SignalAsync(node, "CONT");
        }

        await UntilRunningAgainAsync(node, service);
    }

    [Fact]
    public async Task A_swarmd_that_is_back_within_the_lease_finds_them_and_touches_none()
    {
        await using var node = await TestNode.StartAsync();
        var service = await node.RunAsync(
            Composed.Sleepers(2, AtMostOnce.Replace("6s", "40s", StringComparison.Ordinal)));
        var (containers, watchdog) = (Programs(node), Assert.Single(Watchdogs(node)));
        var until = LeasedUntil(node, service);

        await node.ReplaceDaemonAsync();
        await node.UntilAsync(
            () => Task.FromResult(LeasedUntil(node, service) > until), () => "the lease was not renewed");

        var after = await node.UntilAsync(service.Spec.Name, now => ServiceLifeTests.Running(now) == 2);
        Assert.Equal(containers, Programs(node));
        Assert.Equal(watchdog, Assert.Single(Watchdogs(node)));
        Assert.Equal(
            service.Tasks.Select(task => task.Id).ToHashSet(), after.Tasks.Select(task => task.Id).ToHashSet());
        Assert.All(after.Tasks, task => Assert.Equal(0, task.Container!.Restarts));

        await node.RemoveAsync(service.Spec.Name);
        await UntilUnguardedAsync(node);
    }

    private static async Task UntilGoneAsync(TestNode node, List<ProcessIdentity> containers, long begun)
    {
        Assert.Equal(2, containers.Count);
        await node.UntilAsync(
            () => Task.FromResult(!containers.Any(one => one.IsAlive)), () => "containers go on without a lease");
        Assert.True(Stopwatch.GetElapsedTime(begun) < Limit, $"gone only after {Stopwatch.GetElapsedTime(begun)}");
    }

    private static Task UntilUnguardedAsync(TestNode node) => node.UntilAsync(
        () => Task.FromResult(Watchdogs(node).Count == 0), () => "nobody needs the watchdog, and it is there");

    /// <summary>By tasks that have not been there before.</summary>
    private static async Task UntilRunningAgainAsync(TestNode node, ServiceDetails before)
    {
        var old = before.Tasks.Select(task => task.Id).ToHashSet();
        await node.UntilAsync(before.Spec.Name, service => service.Tasks.Count(
            task => task.State == TaskState.Running && !old.Contains(task.Id)) == 2);
        Assert.Equal(2, Programs(node).Count);
    }

    private static List<ProcessIdentity> Programs(TestNode node) =>
    [
        .. node.Traces().Programs.Select(line => line.Split(' '))
            .Select(fields => new ProcessIdentity(
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                long.Parse(fields[2], CultureInfo.InvariantCulture)))
            .OrderBy(process => process.Pid),
    ];

    private static IReadOnlyList<ProcessIdentity> Watchdogs(TestNode node) => RunningProcesses.Find(
        arguments => arguments.Contains($"{node.Daemon.RunRoot}/state/leases") && arguments[0] == "/bin/bash");

    /// <summary>In hundredths of a second since the boot, as the one reads it who ends the containers.</summary>
    private static long LeasedUntil(TestNode node, ServiceDetails service)
    {
        var watchdog = Assert.Single(Watchdogs(node)).Pid;
        var file = $"/proc/{watchdog}/root{node.Daemon.RunRoot}/state/leases/leases/{service.Spec.Name}";
        return long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
    }

    private static async Task SignalAsync(TestNode node, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{node.Daemon.Pid}"]);
        await kill.WaitForExitAsync();
    }
}
