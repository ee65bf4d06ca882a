namespace Swarm.Daemon.Tests;

/// <summary>A file with a text, gone at the end of the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string text) => File.WriteAllText(Path, text);

    public string Path { get; } = System.IO.Path.Combine(
        System.IO.Path.GetTempPath(), $"swarm-{Guid.NewGuid():N}.conf");

    public void Dispose() => File.Delete(Path);
}
