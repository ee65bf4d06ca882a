using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;

namespace Swarm.Runtime.Tests.Nodes;

public sealed class NodeStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-node-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_host_keeps_the_id_it_chose_first()
    {
        var first = new NodeStore(_folder).Identify(NodeStore.ChooseId);

        Assert.Equal(25, first.Value.Length);
        Assert.Equal(first, new NodeStore(_folder).Identify(NodeStore.ChooseId));
    }

    [Fact]
    public void A_broken_id_is_named_and_not_replaced()
    {
        new NodeStore(_folder).Identify(NodeStore.ChooseId);
        File.WriteAllText(Path.Combine(_folder, "id"), "swarm node 1\nnonsense");

        var refused = Assert.Throws<NodeStoreException>(() => new NodeStore(_folder).Identify(NodeStore.ChooseId));

        Assert.StartsWith($"reading {_folder}/id: it is cut off. Restore the file, or delete {_folder}/id",
            refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_saved_is_loaded_by_the_next_process()
    {
        await new NodeStore(_folder).SaveAsync(Service("web") with { Sequence = 4 });
        await new NodeStore(_folder).SaveAsync(Service("web") with { Sequence = 5, Report = 9 });

        var loaded = Assert.Single(new NodeStore(_folder).Load().Services);

        Assert.Equal((5, 9), (loaded.Sequence, loaded.Report));
        var task = Assert.Single(loaded.Tasks);
        Assert.Equal((TaskState.Failed, "exit code 3", 3), (task.State, task.Reason, task.Container!.ExitCode));
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(loaded.Templates).Container.StopGrace);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("web.new")]
    [InlineData("stack_web.1")]
    public async Task Any_name_stays_within_the_folder_and_is_found_again(string name)
    {
        await new NodeStore(_folder).SaveAsync(Service(name));

        Assert.Equal(name, Assert.Single(new NodeStore(_folder).Load().Services).Name.Value);
        Assert.Single(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task A_broken_file_is_named_and_set_aside_and_costs_nothing_else(int cutAt)
    {
        var store = new NodeStore(_folder);
        await store.SaveAsync(Service("good"));
        await store.SaveAsync(Service("bad"));
        var path = Path.Combine(_folder, "services", "bad");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..cutAt]);

        var loaded = new NodeStore(_folder).Load();

        Assert.Equal("good", Assert.Single(loaded.Services).Name.Value);
        Assert.StartsWith(path + ": ", loaded.Unreadable["bad"], StringComparison.Ordinal);
        Assert.True(File.Exists(path + ".broken"));
        Assert.Empty(new NodeStore(_folder).Load().Unreadable);
    }

    [Fact]
    public async Task A_changed_byte_is_seen()
    {
        var store = new NodeStore(_folder);
        await store.SaveAsync(Service("web"));
        var path = Path.Combine(_folder, "services", "web");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.Contains("checksum", new NodeStore(_folder).Load().Unreadable["web"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_was_cut_off_leaves_what_was_kept_before()
    {
        var store = new NodeStore(_folder);
        await store.SaveAsync(Service("web") with { Sequence = 4 });
        await File.WriteAllTextAsync(Path.Combine(_folder, "services", "web.new"), "swarm no");

        Assert.Equal(4, Assert.Single(new NodeStore(_folder).Load().Services).Sequence);
    }

    [Fact]
    public async Task A_forgotten_service_is_gone_and_forgetting_it_again_does_nothing()
    {
        var store = new NodeStore(_folder);
        await store.SaveAsync(Service("web"));

        await store.ForgetAsync(new ServiceName("web"));
        await store.ForgetAsync(new ServiceName("web"));

        Assert.Empty(store.Load().Services);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        var store = new NodeStore(_folder);
        Directory.Delete(Path.Combine(_folder, "services"));

        var refused = await Assert.ThrowsAsync<NodeStoreException>(() => store.SaveAsync(Service("web")));

        Assert.StartsWith($"writing {_folder}/services/web: ", refused.Message, StringComparison.Ordinal);
    }

    private static KeptService Service(string name) => new()
    {
        Name = new ServiceName(name),
        Id = new ServiceId("s1"),
        Sequence = 1,
        Templates =
        [
            new TaskTemplate(
                1, new ContainerSpec { Image = "web", StopGrace = TimeSpan.FromSeconds(5) }, Resources.None,
                new RestartPolicy(), false),
        ],
        Tasks =
        [
            new KeptTask(
                new TaskId("s1.1"), 1, 1, TaskState.Running, TaskState.Failed, "exit code 3", DateTimeOffset.UnixEpoch,
                new ContainerObservation { Id = ContainerId.Of(new TaskId("s1.1")), ExitCode = 3 }),
        ],
    };
}
