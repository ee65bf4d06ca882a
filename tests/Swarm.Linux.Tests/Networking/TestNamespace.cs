using Swarm.Linux.Networking;

namespace Swarm.Linux.Tests.Networking;

/// <summary>A network namespace of the test's own, in which it may do as it likes.</summary>
internal sealed class TestNamespace : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-netns-").FullName;
    private readonly NetworkThread _thread;

    internal TestNamespace()
    {
        File = Path.Combine(_folder, "host");
        using var maker = new NetworkThread("make namespace", null);
        maker.InvokeAsync(
            () => NetworkNamespace.Create(File, own =>
            {
                own.Dispose();
                using var links = new Rtnetlink();
                links.SetUp(1);
                return true;
            }),
            CancellationToken.None).GetAwaiter().GetResult();
        _thread = new NetworkThread("in namespace", File);
    }

    internal string File { get; }

    internal string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Runs it inside, on the one thread that is there.</summary>
    internal T Run<T>(Func<T> inside) => _thread.InvokeAsync(inside, CancellationToken.None).GetAwaiter().GetResult();

    public void Dispose()
    {
        _thread.Dispose();
        foreach (var file in Directory.GetFiles(_folder)) NetworkNamespace.Remove(file);
        Directory.Delete(_folder, recursive: true);
    }
}
