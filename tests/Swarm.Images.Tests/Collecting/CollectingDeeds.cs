using Swarm.Core.Images;
using Swarm.Images.Copies;

namespace Swarm.Images.Tests.Collecting;

/// <summary>Whatever takes something away: people, the disk that fills up, the keeper of copies, the registry.
/// </summary>
internal sealed class CollectingDeeds(StoreLife life)
{
    private static readonly string[] Names =
        ["red:1", "green:1", "blue:1", "blue:2", "web:1", "web:2", "app:1", "made:0", "made:1"];

    public Task RemoveAsync(Actor actor)
    {
        var (text, force) = (
            actor.Once(50) || life.Truth.Images.Count == 0 ? actor.Pick(Names) : Any(actor).Value, actor.Once(40));
        actor.Deed = new Deed("remove") { Removes = true, IsForced = force, IsOnPurpose = true };
        using var removing = life.Truth.Removing();
        try
        {
            life.Store.Remove(text, force, new Running(life.Truth));
        }
        catch (ImageException refused) when (refused.Fault is ImageFault.NotFound or ImageFault.InUse)
        {
            // Not here, or in use.
        }

        return Task.CompletedTask;
    }

    /// <summary>What people remove of what nothing uses: all, or only what has no name.</summary>
    public Task PruneAsync(Actor actor)
    {
        var all = actor.Once(40);
        foreach (var image in life.Store.List().Where(
            image => !image.IsKeptCopy && !image.IsIntermediate && (all || image.Names.IsEmpty)))
        {
            var seen = image.Names.Select(name => name.ToString()).ToHashSet();
            actor.Deed = new Deed("prune")
            {
                Removes = true,
                IsOnPurpose = image.Names.Any(name => name.Tag is not null),
                Takes = seen.Contains,
            };
            using var removing = life.Truth.Removing();
            life.Store.RemoveUnused(image);
        }

        return Task.CompletedTask;
    }

    /// <summary>As when the disk fills up: each in its turn.</summary>
    public async Task MakeRoomAsync(Actor actor)
    {
        actor.Deed = new Deed("make room");
        await life.Store.SweepAsync(life.Time.GetUtcNow(), default);
        PruneSteps(actor, life.Time.GetUtcNow());
        foreach (var image in (await life.Store.ListIdleAsync(default)).Take(1 + actor.Draws.Next(3)))
        {
            if (life.Builds > 0) return;
            actor.Deed = new Deed("make room") { Removes = true };
            using var removing = life.Truth.Removing();
            BetweenBuilds(() => life.Store.RemoveIdle(image));
        }
    }

    public Task PruneStepsAsync(Actor actor)
    {
        PruneSteps(actor, null);
        return Task.CompletedTask;
    }

    public Task SweepAsync(Actor actor)
    {
        actor.Deed = new Deed("sweep");
        return life.Store.SweepAsync(DateTimeOffset.MaxValue, default);
    }

    public Task CollectAsync(Actor actor)
    {
        actor.Deed = new Deed("collect");
        life.Registry.Collect();
        return Task.CompletedTask;
    }

    /// <summary>The cluster wants copies here, or no longer.</summary>
    public async Task KeepCopiesAsync(Actor actor)
    {
        if (life.IsKeeperBusy || life.Truth.Images.Count == 0) return;
        life.IsKeeperBusy = true;
        var image = Any(actor);
        actor.Deed = new Deed("keep copies");
        if (actor.Once(50))
        {
            await life.Store.MarkAsync(image, CopyMark.Kept, [], default);
            life.Truth.Kept.Add(image);
        }
        else
        {
            life.Truth.Kept.Remove(image);
            actor.Deed = new Deed("remove a copy")
            {
                Removes = true,
                Takes = name => name.Contains('@', StringComparison.Ordinal),
            };
            using var removing = life.Truth.Removing();
            if (actor.Once(50)) await life.Store.MarkAsync(image, CopyMark.Spare, [], default);
            else await life.Store.RemoveCopyAsync(image, default);
        }

        life.IsKeeperBusy = false;
    }

    public Task WaitAsync(Actor actor)
    {
        actor.Deed = new Deed("wait");
        life.Time.Advance(TimeSpan.FromSeconds(1 + actor.Draws.Next(300)));
        return Task.CompletedTask;
    }

    private void PruneSteps(Actor actor, DateTimeOffset? before)
    {
        if (life.Builds > 0) return;
        var all = actor.Once(50);
        actor.Deed = new Deed("prune steps") { Removes = true, TakesParents = all };
        var used = life.Truth.Containers.Values.Select(container => container.Image).ToHashSet();
        BetweenBuilds(() => life.Store.RemoveSteps(all, before, kept: default, used));
    }

    private void BetweenBuilds(Action act)
    {
        life.BetweenBuilds++;
        act();
        life.BetweenBuilds--;
    }

    private Digest Any(Actor actor) => actor.Pick(life.Truth.InOrder());
}
