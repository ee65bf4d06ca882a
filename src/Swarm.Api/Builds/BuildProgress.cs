using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Images;
using Swarm.Runtime.Builds;

namespace Swarm.Api.Builds;

/// <summary>How a build goes on, a JSON object a line, as clients of Docker read it.</summary>
/// <param name="isQuiet">Whether only the result is told, or all where there is none.</param>
internal sealed class BuildProgress(HttpResponse response, bool isQuiet) : IBuildOutput
{
    /// <summary>Of a quiet build's output, in case that it fails: nobody reads more.</summary>
    private const int MostHeld = 1024 * 1024;

    // What a terminal shows in red.
    private const string ErrorBegin = "\e[91m";
    private const string ErrorEnd = "\e[0m";

    private readonly StringBuilder _held = new();

    public ValueTask WriteAsync(string text, CancellationToken cancellation)
    {
        if (!isQuiet) return WriteTextAsync(text, cancellation);
        if (_held.Length < MostHeld) _held.Append(text);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteErrorAsync(string text, CancellationToken cancellation) =>
        WriteAsync(ErrorBegin + text + ErrorEnd, cancellation);

    public async ValueTask TellImageAsync(Digest image, CancellationToken cancellation) => await WriteLineAsync(
        new JsonObject { ["aux"] = new JsonObject { ["ID"] = image.Value } }, cancellation);

    /// <summary>Writes also where the build is quiet.</summary>
    public async ValueTask WriteTextAsync(string text, CancellationToken cancellation) =>
        await WriteLineAsync(new JsonObject { ["stream"] = text }, cancellation);

    /// <summary>Tells why there is no image.</summary>
    /// <returns>False where nothing was told yet: then the answer can say so by its status.</returns>
    public async ValueTask<bool> TryFailAsync(BuildException failed, CancellationToken cancellation)
    {
        if (_held.Length > 0) await WriteTextAsync(_held.ToString(), cancellation);
        if (!response.HasStarted) return false;
        var detail = new JsonObject { ["message"] = failed.Message };
        if (failed.ExitCode is { } code) detail["code"] = code;
        await WriteLineAsync(
            new JsonObject { ["errorDetail"] = detail, ["error"] = failed.Message }, cancellation);
        return true;
    }

    private Task WriteLineAsync(JsonObject line, CancellationToken cancellation)
    {
        if (!response.HasStarted) response.ContentType = "application/json";
        return response.WriteLineAsync(line, cancellation);
    }
}
