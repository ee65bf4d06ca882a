using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Images;
using Swarm.Images.Registry;

namespace Swarm.Api.Images;

/// <summary>An answer that tells how something goes on, line by line, while it does. Once it has begun, an error is its
/// last line.</summary>
internal sealed class ProgressStream(HttpContext context, TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    // A client that is further behind misses how many bytes there were in between.
    private const int MostUnread = 1000;

    private readonly Channel<JsonObject> _lines = Channel.CreateUnbounded<JsonObject>();
    private readonly ConcurrentDictionary<string, long> _told = new();

    /// <summary>Does the work, and writes what it tells.</summary>
    /// <exception cref="Exception">As the work threw it, where nothing was written before.</exception>
    public async Task RunAsync(Func<Task> work)
    {
        var writing = WriteAsync();
        Exception? failure = null;
        try
        {
            await work();
        }
        catch (Exception failed) when (failed is RegistryException or ImageException or ApiException or IOException)
        {
            failure = failed;
        }
        finally
        {
            _lines.Writer.TryComplete();
            await writing;
        }

        if (failure is null) return;
        if (!context.Response.HasStarted) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        await context.Response.WriteLineAsync(
            new JsonObject
            {
                ["errorDetail"] = new JsonObject { ["message"] = failure.Message },
                ["error"] = failure.Message,
            },
            context.RequestAborted);
    }

    /// <summary>Tells of a step; of bytes not more often than anybody can see.</summary>
    public void Tell(TransferStep step)
    {
        if (step.Total > 0 && !IsDue(step)) return;

        var line = new JsonObject { ["status"] = step.Status };
        if (step.Id.Length > 0)
        {
            line["progressDetail"] = step.Total > 0
                ? new JsonObject { ["current"] = step.Current, ["total"] = step.Total }
                : new JsonObject();
            if (step.Total > 0) line["progress"] = ProgressBar.Draw(step.Current, step.Total);
            line["id"] = step.Id;
        }

        Write(line);
    }

    public void Write(JsonObject line) => _lines.Writer.TryWrite(line);

    private bool IsDue(TransferStep step)
    {
        var now = time.GetTimestamp();
        var isOver = step.Current >= step.Total;
        if (!isOver && (_lines.Reader.Count > MostUnread
            || (_told.TryGetValue(step.Id, out var last) && time.GetElapsedTime(last, now) < Between)))
        {
            return false;
        }

        _told[step.Id] = now;
        return true;
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(context.RequestAborted))
        {
            if (!context.Response.HasStarted) context.Response.ContentType = "application/json";
            await context.Response.WriteLineAsync(line, context.RequestAborted);
        }
    }
}
