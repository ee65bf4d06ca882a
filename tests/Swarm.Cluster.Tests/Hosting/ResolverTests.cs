using Akka.Actor;
using Akka.Cluster;
using Swarm.Cluster.Hosting;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Tests.Hosting;

/// <summary>What nodes tell each other when one is out of reach.</summary>
public sealed class ResolverTests
{
    private static readonly TimeSpan ABit = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_process_that_was_started_where_a_member_died_does_not_answer_for_it()
    {
        await using var nodes = new SeveralNodes();
        var all = await nodes.StartAllAsync(stableAfter: TimeSpan.FromMinutes(5));
        var died = NameOf(all[2]);
        ((ExtendedActorSystem)all[2].ActorSystem).Abort();

        var after = nodes.Start(2, seeds: 0);
        var answer = await HeardAsync(all[0], after.Address, answer => answer.Address == after.Address);
        Assert.NotEqual(died, LookAround.NameOf(answer.Address, answer.Uid));

        // The first one asks it, too, several times a second, and misses the dead one all the same.
        await HeardAsync(all[0], all[0].Address, answer => answer.HasLooked);
        for (var time = 0; time < 30; time++)
        {
            await Task.Delay(ABit, TimeProvider.System);
            Assert.Contains(died, (await HeardAsync(all[0], all[0].Address, answer => answer.HasLooked)).Missed);
        }

        // Nobody could leave in order while one is out of reach.
        foreach (var node in all.Append(after)) ((ExtendedActorSystem)node.ActorSystem).Abort();
    }

    [Fact]
    public async Task One_that_is_shut_out_is_missed_as_before_by_who_has_shut_it_out()
    {
        await using var nodes = new SeveralNodes();
        var all = await nodes.StartAllAsync(stableAfter: TimeSpan.FromMinutes(5));
        string[] died = [NameOf(all[1]), NameOf(all[2])];
        foreach (var node in all.Skip(1)) ((ExtendedActorSystem)node.ActorSystem).Abort();
        await HeardAsync(all[0], all[0].Address, answer => died.All(answer.Missed.Contains));

        // It stays a member: the other one that is out of reach never hears of it.
        var cluster = Akka.Cluster.Cluster.Get(all[0].ActorSystem);
        cluster.Down(Address.Parse(all[2].Address));
        while (cluster.State.Members.All(member => member.Status != MemberStatus.Down))
            await Task.Delay(ABit, TimeProvider.System);

        for (var time = 0; time < 10; time++)
        {
            var answer = await HeardAsync(all[0], all[0].Address, answer => answer.HasLooked);
            Assert.Equal(died.Order(), answer.Missed.Order());
            await Task.Delay(ABit, TimeProvider.System);
        }

        ((ExtendedActorSystem)all[0].ActorSystem).Abort();
    }

    private static string NameOf(SwarmCluster node) =>
        LookAround.NameOf(node.Address, Akka.Cluster.Cluster.Get(node.ActorSystem).SelfUniqueAddress.Uid);

    /// <summary>Asks a node until it answers as told.</summary>
    private static async Task<ReachAnswer> HeardAsync(SwarmCluster by, string address, Func<ReachAnswer, bool> isSo)
    {
        using var patience = new CancellationTokenSource(SeveralNodes.Patience, TimeProvider.System);
        var asked = by.ActorSystem.ActorSelection($"{address}/system/cluster/core/daemon/downingProvider");
        while (true)
        {
            try
            {
                var answer = await asked.Ask<ReachAnswer>(new AskReach(Round: 0), ABit * 5, patience.Token);
                if (isSo(answer)) return answer;
                await Task.Delay(ABit, TimeProvider.System, patience.Token);
            }
            catch (AskTimeoutException) when (!patience.IsCancellationRequested)
            {
                // Not up yet, or not connected yet.
            }
        }
    }
}
