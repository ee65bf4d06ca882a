using Swarm.Core;

namespace Swarm.Images.Tests.Collecting;

/// <summary>What others can do while something with many files is removed.</summary>
[Collection(CollectingSimulationTests.Alone)]
public sealed class MeanwhileRemovalTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(10);

    private readonly StoreHome _home = new();

    public void Dispose()
    {
        StoreSteps.Watch = null;
        _home.Dispose();
    }

    [Fact]
    public async Task Nobody_waits_for_the_files_of_what_is_removed()
    {
        var archive = DockerArchives.Make([new TarBuilder().File("own").Build()], "box:1");
        var image = (await _home.Store.LoadAsync(new MemoryStream(archive), default))[0].Id;
        var container = StoreHome.NewContainer();
        await _home.Store.MountRootAsync(container, image, default);
        var removing = new Removing(() => _home.Store.List());
        StoreSteps.Watch = removing;

        _home.Store.UnmountRoot(container, discard: true);
        Assert.True(Assert.Single(removing.Passed));
        _home.Store.Remove("box:1", force: false, new HashSet<ContainerId>());

        Assert.True(removing.Passed.Count > 1);
        Assert.DoesNotContain(false, removing.Passed);
        Assert.Empty(Directory.GetFileSystemEntries(_home.Root + "/tmp"));
    }

    /// <summary>Tries something before the files of anything are removed.</summary>
    private sealed class Removing(Action attempt) : IStoreWatch
    {
        /// <summary>Whether it could be done in a moment, each time.</summary>
        public List<bool> Passed { get; } = [];

        public TaskScheduler Threads => TaskScheduler.Default;

        public void Between(string step)
        {
        }

        public void BeforeWrite(string step)
        {
            if (step == "remove") Passed.Add(Task.Run(attempt).Wait(Moment));
        }

        public void Await(Task work)
        {
        }
    }
}
