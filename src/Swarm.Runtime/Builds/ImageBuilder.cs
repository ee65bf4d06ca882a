using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Builds;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Builds;

namespace Swarm.Runtime.Builds;

/// <summary>Builds images with the engine and the image store of this host.</summary>
public sealed partial class ImageBuilder : IImageBuilder, IDisposable
{
    private readonly BuildSurroundings _surroundings;
    private readonly HttpClient _client;
    private readonly ILogger<ImageBuilder> _logger;

    // Held for moments, around the number of builds that go on: what those have made is not of former builds.
    private readonly Lock _gate = new();
    private int _going;

    /// <param name="folder">For the files of builds; whatever is in it is removed.</param>
    /// <param name="pulls">Null where images do not come from registries.</param>
    public ImageBuilder(
        string folder, IContainerEngine engine, IImageStore images, IBuildStore steps, IImagePulls? pulls,
        ILoggerFactory loggers)
    {
        BuildFolder.RemoveAll(folder);
        _client = new HttpClient(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        _logger = loggers.CreateLogger<ImageBuilder>();
        _surroundings = new BuildSurroundings(
            engine, images, steps, pulls ?? new NoImagePulls(), new RemoteFile(_client), folder);
    }

    /// <summary>Removes the containers of builds whose process died.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        foreach (var container in _surroundings.Engine.List())
        {
            if (container.Definition.Spec.Labels.ContainsKey(StepContainer.Label))
                await _surroundings.Engine.RemoveAsync(container.Id, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<Digest> BuildAsync(
        BuildRequest request, Stream context, IBuildOutput output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(output);
        lock (_gate) _going++;
        try
        {
            using var received = await BlockingStep.RunAsync(
                () => BuildContext.Receive(new BuildFolder(_surroundings.Folder), context, cancellation), cancellation);
            var text = await BlockingStep.RunAsync(
                () => received.TakeDockerfile(request.Dockerfile, cancellation), cancellation);
            var file = Dockerfile.Parse(text).UpTo(request.Target);
            return await RunAsync(new BuildRun(_surroundings, request, received, file, output), cancellation);
        }
        catch (DockerfileException wrong)
        {
            throw new BuildException(wrong.Message, isInvalid: true, cause: wrong);
        }
        catch (Exception refused) when (HostRefusal.Of(refused) is { } told)
        {
            throw new BuildException(told.Message, cause: refused);
        }
        finally
        {
            lock (_gate) _going--;
        }
    }

    /// <inheritdoc/>
    public StepRemoval Prune(bool all, DateTimeOffset? before, Bytes kept)
    {
        lock (_gate)
        {
            return _going == 0
                ? _surroundings.Steps.RemoveSteps(all, before, kept, _surroundings.Engine.ImagesInUse)
                : throw new BuildException(
                    "a build is going on: what is kept of builds can be removed when it has ended");
        }
    }

    /// <inheritdoc/>
    public bool TryBetweenBuilds(Action act)
    {
        ArgumentNullException.ThrowIfNull(act);
        lock (_gate)
        {
            if (_going > 0) return false;
            act();
            return true;
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<Digest> RunAsync(BuildRun run, CancellationToken cancellation)
    {
        try
        {
            var image = await run.RunAsync(cancellation);
            _surroundings.Steps.MarkResult(image);
            LogBuilt(image);
            return image;
        }
        finally
        {
            // Also of a build that failed: what it has done need not be done again.
            await _surroundings.Steps.KeepStepsAsync(CancellationToken.None);
        }
    }

    [LoggerMessage(LogLevel.Information, "Built image {Image}")]
    private partial void LogBuilt(Digest image);
}
