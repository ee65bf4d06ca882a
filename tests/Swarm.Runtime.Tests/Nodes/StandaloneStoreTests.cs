using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;

namespace Swarm.Runtime.Tests.Nodes;

public sealed class StandaloneStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-node-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_wanted_of_containers_is_loaded_by_the_next_process_and_forgotten_when_it_is_told_to()
    {
        await Open().SaveAsync(Of("a") with { Desired = TaskState.Running });
        await Open().SaveAsync(Passing("b") with { Desired = TaskState.Running });

        Assert.Equal(["a", "b"], Open().Load().Containers.Select(one => one.Id.Value).Order());

        await Open().ForgetAsync(new ContainerId("a"));
        await Open().ForgetAsync(new ContainerId("b"));
        await Open().ForgetAsync(new ContainerId("c"));
        Assert.Empty(Open().Load().Containers);
    }

    [Fact]
    public async Task One_that_removes_itself_is_gone_with_what_is_in_memory()
    {
        await Open().SaveAsync(Of("a"));
        await Open().SaveAsync(Passing("b"));

        Directory.Delete(Path.Combine(_folder, "passing"), recursive: true);

        Assert.Equal("a", Assert.Single(Open().Load().Containers).Id.Value);
    }

    [Fact]
    public async Task A_broken_file_of_either_is_set_aside_and_named()
    {
        await Open().SaveAsync(Of("a"));
        await Open().SaveAsync(Passing("b"));
        foreach (var file in (string[])["node/containers/a", "passing/b"])
            File.WriteAllText(Path.Combine(_folder, file), "swarm node 1\n");

        var (containers, broken) = Open().Load();

        Assert.Empty(containers);
        Assert.Equal(2, broken.Length);
        Assert.All(broken, told => Assert.EndsWith(".broken", told, StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(_folder, "passing/b.broken")));
    }

    [Fact]
    public async Task One_that_the_disk_does_not_give_keeps_nobody_from_the_others()
    {
        await Open().SaveAsync(Of("a"));
        await Open().SaveAsync(Of("b"));
        var file = Path.Combine(_folder, "node/containers/a");
        File.Delete(file);
        File.CreateSymbolicLink(file, "/proc/self/mem"); // there, and an error of the disk when it is read

        var (containers, broken) = Open().Load();

        Assert.Equal("b", Assert.Single(containers).Id.Value);
        Assert.Contains(file, Assert.Single(broken), StringComparison.Ordinal);
    }

    private StandaloneStore Open() => new(Path.Combine(_folder, "node"), Path.Combine(_folder, "passing"));

    private static KeptContainer Of(string id) => new() { Id = new ContainerId(id) };

    private static KeptContainer Passing(string id) => Of(id) with
    {
        Settings = new StandaloneSettings { RemovesItself = true },
    };
}
