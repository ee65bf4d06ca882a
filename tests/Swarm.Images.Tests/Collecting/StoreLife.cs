using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Swarm.Core;
using Swarm.Images.Registry;
using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Collecting;

/// <summary>A store with all that works on it, which may die and come back.</summary>
internal sealed class StoreLife : IDisposable
{
    // Time passes in the middle of what a client sends, and that is no reason to give it up.
    private static readonly NodeRegistryOptions Patient =
        new() { DiskReserve = Bytes.Zero, SilenceMax = TimeSpan.FromDays(1) };

    private readonly StoreHome _home;

    public StoreLife(Turns turns)
    {
        Turns = turns;
        _home = new StoreHome(Time);
        Truth = new Truth(this);
        Open();
    }

    /// <summary>Begins always the same, before all that has its time from the disk.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public Turns Turns { get; }

    public Truth Truth { get; }

    public ImageStore Store => _home.Store;

    public string Root => _home.Root;

    public NodeRegistry Registry { get; private set; } = null!;

    public BlobFetches Fetches { get; private set; } = null!;

    /// <summary>Builds that go on: nothing that they may count on is removed by the node itself.</summary>
    public int Builds { get; set; }

    /// <summary>Those who remove what builds may count on, and let none begin.</summary>
    public int BetweenBuilds { get; set; }

    /// <summary>Whether the one who keeps copies is about something.</summary>
    public bool IsKeeperBusy { get; set; }

    /// <summary>What a process leaves that is killed: nothing is said goodbye to.</summary>
    public void ComeBack()
    {
        Fetches.Dispose();
        _home.Reopen();
        Open();
        (Builds, BetweenBuilds, IsKeeperBusy) = (0, 0, false);
    }

    public void Dispose()
    {
        Fetches.Dispose();
        _home.Dispose();
    }

    private void Open()
    {
        Registry = new NodeRegistry(
            Store, Patient, Time, NullLogger<NodeRegistry>.Instance);
        Fetches = new BlobFetches(Store, new RegistryOptions { ParallelDownloads = 64 });
        Store.Changed += Truth.Judge;
    }
}
