using System.Collections.Concurrent;
using Swarm.Core.Images;
using Swarm.Runtime.Builds;

namespace Swarm.Runtime.Tests.Builds;

/// <summary>Keeps what is said, as one text.</summary>
internal sealed class HeardOutput : IBuildOutput
{
    private readonly ConcurrentQueue<string> _heard = new();

    public string Text => string.Concat(_heard);

    public ValueTask WriteAsync(string text, CancellationToken cancellation)
    {
        _heard.Enqueue(text);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteErrorAsync(string text, CancellationToken cancellation) =>
        WriteAsync($"!{text}", cancellation);

    public ValueTask TellImageAsync(Digest image, CancellationToken cancellation) => ValueTask.CompletedTask;
}
