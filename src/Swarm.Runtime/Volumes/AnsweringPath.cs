using System.Globalization;

namespace Swarm.Runtime.Volumes;

/// <summary>Whether the file system of a path answers. Of one whose server is gone the kernel waits, and whoever asks
/// cannot be ended.</summary>
/// <remarks>Each path is asked for on a thread of its own, by one at a time: who comes later waits for the same
/// answer.</remarks>
internal static class AnsweringPath
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Lock Asking = new();
    private static readonly Dictionary<string, Task> Asked = new(StringComparer.Ordinal);

    /// <exception cref="ContainerException">There was no answer within 30 s.</exception>
    public static void Expect(string path) => Expect(path, one => Path.Exists(one), Patience);

    /// <param name="look">Touches the path.</param>
    internal static void Expect(string path, Action<string> look, TimeSpan patience)
    {
        if (Ask(path, look).Wait(patience)) return;
        throw new ContainerException(
            ContainerFault.Host, string.Create(
                CultureInfo.InvariantCulture,
                $"the file system of {path} does not answer: nothing came within {patience.TotalSeconds:0.#} s"));
    }

    private static Task Ask(string path, Action<string> look)
    {
        lock (Asking)
        {
            if (Asked.TryGetValue(path, out var asked)) return asked;
            return Asked[path] = Task.Factory.StartNew(
                () =>
                {
                    try
                    {
                        look(path);
                    }
                    finally
                    {
                        lock (Asking) Asked.Remove(path);
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Default);
        }
    }
}
