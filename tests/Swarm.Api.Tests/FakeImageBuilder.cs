using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Builds;
using Swarm.Runtime.Builds;

namespace Swarm.Api.Tests;

/// <summary>Builds what the test says, and keeps what it was asked for.</summary>
internal sealed class FakeImageBuilder : IImageBuilder
{
    public static readonly Digest Built = Digest.Of("built"u8);

    public BuildRequest? Asked { get; private set; }

    public long ContextBytes { get; private set; }

    /// <summary>What a build does; it ends with <see cref="Built"/>.</summary>
    public Func<IBuildOutput, CancellationToken, Task> Work { get; set; } = (_, _) => Task.CompletedTask;

    public (bool All, DateTimeOffset? Before, long Kept)? Pruned { get; private set; }

    public async Task<Digest> BuildAsync(
        BuildRequest request, Stream context, IBuildOutput output, CancellationToken cancellation)
    {
        Asked = request;
        var read = new MemoryStream();
        await context.CopyToAsync(read, cancellation);
        ContextBytes = read.Length;
        await Work(output, cancellation);
        return Built;
    }

    public StepRemoval Prune(bool all, DateTimeOffset? before, Bytes kept)
    {
        Pruned = (all, before, kept.Value);
        return new StepRemoval([Built], new Bytes(42));
    }

    public bool TryBetweenBuilds(Action act)
    {
        act();
        return true;
    }
}
