using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Builds;
using Swarm.Images.Trees;

namespace Swarm.Images.Tests.Collecting;

/// <summary>Containers are made of images, changed, stopped and started, and become images; builds do that, too.
/// </summary>
internal sealed class ContainerDeeds(StoreLife life)
{
    /// <summary>What is said of layers that were committed by themselves.</summary>
    public const string Committed = "committed";

    private static readonly HashSet<string> Ours = ["etc", "own", "base", "one", "two", "other", "hides"];

    /// <summary>As a task does it: its image is held until its container lies on it.</summary>
    public async Task RunAsync(Actor actor)
    {
        if (Any(actor) is not { } image) return;
        actor.Deed = new Deed("run");
        if (life.Store.HoldImage(image.Value) is not { } hold) return;
        life.Truth.HeldImages.Add(image);
        for (var times = actor.Draws.Next(4); times > 0; times--) life.Turns.Between("holds");
        var container = NewContainer(actor);
        var root = await life.Store.MountRootAsync(container, image, default);
        var made = new MadeContainer(image, Shown(root), IsRunning: true) { IsTaken = true };
        life.Truth.Containers[container] = made;
        life.Truth.HeldImages.Remove(image);
        hold.Dispose();
        if (actor.Once(50)) Write(root, container);
        if (actor.Once(40)) await CommitAsync(actor, container);
        if (actor.Once(60)) Stop(container, discard: actor.Once(40));
        else life.Truth.Containers[container] = made with { IsTaken = false };
    }

    /// <summary>Without a hold: it is told when the image has gone.</summary>
    public async Task TryRunAsync(Actor actor)
    {
        if (Any(actor) is not { } image) return;
        actor.Deed = new Deed("try to run");
        var container = NewContainer(actor);
        string? root = null;
        await Refusals.TryAsync(
            ImageFault.NotFound, async () => root = await life.Store.MountRootAsync(container, image, default));
        if (root is not null)
            life.Truth.Containers[container] = new MadeContainer(image, Shown(root), IsRunning: true);
    }

    public async Task StartAgainAsync(Actor actor)
    {
        if (Take(actor, running: false) is not { } id) return;
        actor.Deed = new Deed("start again");
        var container = life.Truth.Containers[id];
        var root = await life.Store.MountRootAsync(id, container.Image, default);
        if (Shown(root) != container.Files)
            life.Turns.Break($"container {id.Short} had {container.Files}, and has {Shown(root)}");
        life.Truth.Containers[id] = container with { IsRunning = true, IsTaken = false };
    }

    public Task StopAsync(Actor actor)
    {
        if (Take(actor, running: actor.Once(50)) is not { } id) return Task.CompletedTask;
        actor.Deed = new Deed("stop");
        Stop(id, discard: actor.Once(70));
        return Task.CompletedTask;
    }

    /// <summary>A build of some steps, some of them in a container.</summary>
    public async Task BuildAsync(Actor actor)
    {
        if (life.BetweenBuilds > 0) return;
        life.Builds++;
        actor.Deed = new Deed("build");
        Digest? result = null;
        await Refusals.TryAsync(ImageFault.NotFound, async () => result = await BuildStepsAsync(actor));
        var made = life.Truth.InOrder();
        await life.Store.KeepStepsAsync(default);
        life.Truth.Lasting.UnionWith(made.Where(life.Truth.Images.ContainsKey));
        if (result is { } ended && life.Truth.Images.ContainsKey(ended)) life.Truth.Results.Add(ended);
        life.Builds--;
    }

    /// <exception cref="ImageException">Somebody has removed what it was to go on with.</exception>
    private async Task<Digest> BuildStepsAsync(Actor actor)
    {
        var below = Any(actor) is { } any && actor.Once(70) ? any : (await life.Store.BeginEmptyAsync(default)).Id;
        for (var step = 0; step < 1 + actor.Draws.Next(3); step++)
        {
            var made = new BuildStep(below, $"STEP {actor.Draws.Next(2)}");
            var commit = new ImageCommit(new ImageConfiguration()) { Step = made };
            if (life.Store.FindStep(made) is { } found)
            {
                below = found.Id;
                continue;
            }

            below = actor.Once(50)
                ? (await life.Store.AddStepAsync(commit, default)).Id
                : await StepInContainerAsync(actor, below, commit);
            life.Truth.Judge([]);
        }

        life.Store.MarkResult(below);
        return below;
    }

    private async Task<Digest> StepInContainerAsync(Actor actor, Digest below, ImageCommit commit)
    {
        var container = NewContainer(actor);
        var root = await life.Store.MountRootAsync(container, below, default);
        life.Truth.Containers[container] = new MadeContainer(below, Shown(root), IsRunning: true) { IsTaken = true };
        Write(root, container);
        var made = await CommitAsync(container, commit);
        Stop(container, discard: true);
        return made;
    }

    // The container runs: what it lies on cannot have gone.
    private async Task<Digest> CommitAsync(ContainerId container, ImageCommit commit)
    {
        try
        {
            return (await life.Store.CommitAsync(container, commit, default)).Id;
        }
        catch (ImageException refused)
        {
            life.Turns.Break($"container {container.Short} was not committed: {refused.Message}");
            throw;
        }
    }

    private async Task CommitAsync(Actor actor, ContainerId container)
    {
        var name = ImageReference.Parse($"made:{actor.Draws.Next(2)}");
        actor.Deed = new Deed("commit") { Sets = new Dictionary<string, Digest?> { [name.ToString()] = null } };
        var image = await CommitAsync(
            container, new ImageCommit(new ImageConfiguration()) { Name = name, Comment = Committed });
        // As the engine does it; or whoever mounts the image first.
        if (actor.Once(50)) await life.Store.UnpackAsync(image, default);
        actor.Deed = Deed.None;
    }

    // What becomes an image of it has the same id each time.
    private void Write(string root, ContainerId container)
    {
        File.WriteAllText(root + "/own", container.Value);
        File.SetLastWriteTimeUtc(root + "/own", life.Time.GetUtcNow().UtcDateTime);
    }

    private void Stop(ContainerId container, bool discard)
    {
        var known = life.Truth.Containers[container];
        life.Truth.Containers[container] = known with { IsRunning = false, IsTaken = true };
        if (discard)
        {
            life.Truth.Containers.Remove(container);
            life.Truth.Unsure.Add(container);
        }

        life.Store.UnmountRoot(container, discard);
        if (!discard) life.Truth.Containers[container] = known with { IsRunning = false, IsTaken = false };
    }

    private ContainerId? Take(Actor actor, bool running)
    {
        var id = actor.PickOrNone(life.Truth.Containers
            .Where(one => one.Value.IsRunning == running && !one.Value.IsTaken)
            .Select(one => one.Key.Value).Order(StringComparer.Ordinal));
        if (id is null) return null;
        var container = new ContainerId(id);
        life.Truth.Containers[container] = life.Truth.Containers[container] with { IsTaken = true };
        return container;
    }

    private Digest? Any(Actor actor) => life.Truth.Images.Count == 0
        ? null
        : actor.Pick(life.Truth.InOrder());

    private ContainerId NewContainer(Actor actor)
    {
        var bytes = new byte[32];
        actor.Draws.NextBytes(bytes);
        var container = new ContainerId(Convert.ToHexStringLower(bytes));
        life.Truth.Unsure.Add(container);
        return container;
    }

    // What of the image is seen; what the container wrote itself is not of it.
    private static string Shown(string root) => string.Join(
        ' ', Directory.GetFileSystemEntries(root).Select(Path.GetFileName).OfType<string>()
            .Where(name => name != "own" && Ours.Contains(name)).Order(StringComparer.Ordinal));
}
