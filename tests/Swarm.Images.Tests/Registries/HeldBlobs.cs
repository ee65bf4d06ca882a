using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Swarm.Core.Images;

namespace Swarm.Images.Tests.Registries;

/// <summary>Makes registries keep back blobs until a test lets them go.</summary>
internal sealed class HeldBlobs
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();

    /// <summary>Ends when somebody who waited for a blob that is kept back has gone away.</summary>
    public TaskCompletionSource GivenUp { get; } = new();

    public void KeepBack(FaultyRegistry registry, params IEnumerable<Digest> blobs)
    {
        foreach (var blob in blobs) _held.TryAdd(KeyOf(registry, blob), new TaskCompletionSource());
        registry.Fault = AnswerAsync;
    }

    public void LetGo(FaultyRegistry registry, Digest blob) => _held[KeyOf(registry, blob)].TrySetResult();

    private static string KeyOf(FaultyRegistry registry, Digest blob) => registry.Host + FaultyRegistry.PathOf(blob);

    private async Task<bool> AnswerAsync(HttpContext context, int which)
    {
        if (!_held.TryGetValue(context.Request.Host.Value + context.Request.Path.Value, out var held)) return false;
        try
        {
            await held.Task.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            GivenUp.TrySetResult();
            throw;
        }

        return false;
    }
}
