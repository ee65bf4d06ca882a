using System.Globalization;
using Swarm.Core;

namespace Swarm.Images.Tests.Collecting;

/// <summary>How one seed came out.</summary>
/// <param name="Broken">The rule that was broken; null when none was.</param>
internal sealed record StoreOutcome(
    int Seed, string? Broken, long Steps, int Deaths, IReadOnlyDictionary<string, int> Deeds);

/// <summary>One run: many use a store at once, in an order that the seed chooses; the process may die in the middle
/// and come back; and at the end there must be what somebody counts on, and nothing else.</summary>
internal sealed class StoreRun : IDisposable
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private readonly Random _draws;
    private readonly Turns _turns;
    private readonly StoreLife _life;
    private readonly DiskTruth _disk;
    private readonly RegistryDeeds _registry;
    private readonly (int Weight, Func<Actor, Task> Deed)[] _deeds;
    private readonly SortedDictionary<string, int> _done = new(StringComparer.Ordinal);
    private int _deaths;

    private StoreRun(int seed, TextWriter? trace)
    {
        _draws = new Random(seed);
        _turns = new Turns(seed, trace);
        _life = new StoreLife(_turns);
        _disk = new DiskTruth(_life);
        _registry = new RegistryDeeds(_life);
        _deeds = Deeds(
            new ImageDeeds(_life), new ContainerDeeds(_life), new CollectingDeeds(_life), _registry,
            new BroughtDeeds(_life));
        _turns.Watched = () =>
        {
            if (!_turns.IsChanged) return;
            _turns.IsChanged = false;
            _life.Truth.Judge([]);
            _disk.RequireWhole();
        };
    }

    public static StoreOutcome Play(int seed, TextWriter? trace = null)
    {
        using var run = new StoreRun(seed, trace);
        StoreSteps.Watch = run._turns;
        try
        {
            run.Play();
        }
        catch (BrokenRuleException broken)
        {
            run._turns.Break(broken.Message);
        }
        finally
        {
            StoreSteps.Watch = null;
        }

        return new StoreOutcome(seed, run._turns.Broken, run._turns.Steps, run._deaths, run._done);
    }

    public void Dispose()
    {
        _life.Dispose();
        _turns.Dispose();
    }

    private static (int Weight, Func<Actor, Task> Deed)[] Deeds(
        ImageDeeds images, ContainerDeeds containers, CollectingDeeds collecting, RegistryDeeds registry,
        BroughtDeeds brought) =>
    [
        (6, images.LoadAsync), (2, images.ImportAsync), (8, images.PullAsync), (5, images.CopyAsync),
        (5, images.TagAsync), (3, images.SaveAsync),
        (8, containers.RunAsync), (3, containers.TryRunAsync), (4, containers.StartAgainAsync),
        (6, containers.StopAsync), (6, containers.BuildAsync),
        (8, registry.PushImageAsync), (4, registry.PushChartAsync), (3, registry.LeaveUploadAsync),
        (3, registry.GoOnAsync), (2, registry.DeleteTagAsync), (3, registry.DeleteManifestAsync),
        (1, registry.DeleteChartAsync), (2, registry.DeleteBlobAsync), (4, brought.BringAsync),
        (10, collecting.RemoveAsync), (5, collecting.PruneAsync), (6, collecting.MakeRoomAsync),
        (3, collecting.PruneStepsAsync), (6, collecting.SweepAsync), (2, collecting.CollectAsync),
        (6, collecting.KeepCopiesAsync), (2, collecting.WaitAsync),
    ];

    private void Play()
    {
        for (var lives = 1 + _draws.Next(3); lives > 0 && _turns.Broken is null; lives--)
        {
            var actors = Enumerable.Range(1, 3 + _draws.Next(4))
                .Select(number => new Actor(number, new Random(_draws.Next())) { Act = ActAsync }).ToList();
            _turns.DiesAt = lives > 1 ? 1 + _draws.Next(250) : 0;
            _turns.Run(actors);
            if (_turns.Broken is not null) return;
            if (actors.Find(actor => !actor.Ended.IsCompleted) is { } stuck)
                throw new BrokenRuleException($"nobody can go on, and {stuck.Number} has not ended: {stuck.Deed}");
            if (_turns.HasDied) ComeBack(actors);
        }

        if (_turns.Broken is null) End();
    }

    private async Task ActAsync(Actor actor)
    {
        var total = _deeds.Sum(one => one.Weight);
        try
        {
            for (var deeds = 2 + actor.Draws.Next(5); deeds > 0; deeds--)
            {
                var drawn = actor.Draws.Next(total);
                var deed = _deeds.First(one => (drawn -= one.Weight) < 0).Deed;
                await deed(actor);
                Note(actor.Deed.Kind);
                actor.Deed = Deed.None;
                _turns.Between("has done it");
            }
        }
        catch (ProcessDiedException)
        {
            // With all that it was about.
        }
#pragma warning disable CA1031 // whatever it is, the store must not have thrown it
        catch (Exception unexpected)
#pragma warning restore CA1031
        {
            if (!_turns.HasDied) _turns.Break($"{actor.Deed} ended with {unexpected}");
        }
    }

    private void ComeBack(List<Actor> actors)
    {
        _deaths++;
        _life.ComeBack();
        _life.Truth.ComeBack([.. actors.Select(actor => actor.Deed)]);
        _registry.ComeBack();
        _disk.RequireWhole();
        _disk.RequireSound();
    }

    private void End()
    {
        _life.Store.SweepAsync(DateTimeOffset.MaxValue, default).GetAwaiter().GetResult();
        _life.Truth.Judge([]);
        _disk.RequireWhole();
        _disk.RequireSound();
        _disk.RequireNothingElse();
        _life.ComeBack();
        _life.Truth.ComeBack([]);
        _disk.RequireWhole();
        RemoveAll();
        _disk.RequireEmpty();
    }

    private void RemoveAll()
    {
        foreach (var container in _life.Truth.Containers.Keys) _life.Store.UnmountRoot(container, discard: true);
        _life.Truth.Containers.Clear();
        while (_life.Store.List().FirstOrDefault(image => _life.Store.List().All(other => other.Parent != image.Id))
            is { } leaf)
        {
            _life.Store.Remove(leaf.Id.Value, force: true, new HashSet<ContainerId>());
        }

        foreach (var repository in _life.Registry.ListRepositories())
        {
            foreach (var tag in _life.Registry.ListTags(repository) ?? [])
                _life.Registry.RemoveManifest(repository, tag);
        }

        _life.Time.SetUtcNow(TimeProvider.System.GetUtcNow() + Month);
        _life.Registry.Collect();
        _life.Time.Advance(Month);
        _life.Registry.Collect();
        _life.Store.SweepAsync(DateTimeOffset.MaxValue, default).GetAwaiter().GetResult();
    }

    private void Note(string kind) => _done[kind] = _done.GetValueOrDefault(kind) + 1;

    public static string Told(StoreOutcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {outcome.Seed}: {outcome.Broken}. To see all of it: {StoreSeeds.SeedVariable}={outcome.Seed} "
            + $"dotnet test tests/Swarm.Images.Tests --filter FullyQualifiedName~CollectingSimulation");
}
