using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Connections;
using Swarm.Api.Http;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>Which entries of a log are wanted, and how.</summary>
internal sealed record WantedLog(bool Output, bool Error)
{
    public bool Timestamps { get; init; }

    public bool Follow { get; init; }

    /// <summary>Only so many of the last ones.</summary>
    public int? Tail { get; init; }

    public bool IsTerminal { get; init; }

    /// <summary>Whether both streams are written as one, without frames; those of a terminal are always.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Said before each line, with a blank after it, be it empty; null where nobody asked.</summary>
    public string? Details { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <exception cref="ApiException">Neither stream is wanted, or a time cannot be.</exception>
    public static WantedLog Read(HttpRequest request, ContainerState container, DateTimeOffset now)
    {
        var query = request.Query;
        var (output, error) = (QueryFlag.IsSet(query["stdout"]), QueryFlag.IsSet(query["stderr"]));
        if (!output && !error)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, "Bad parameters: you must choose at least one stream");
        }

        return new WantedLog(output, error)
        {
            Timestamps = QueryFlag.IsSet(query["timestamps"]),
            Follow = QueryFlag.IsSet(query["follow"]),
            // As in Docker, what is no number means all.
            Tail = int.TryParse(query.Text("tail"), CultureInfo.InvariantCulture, out var lines) && lines >= 0
                ? lines
                : null,
            IsTerminal = container.Definition.Spec.Tty,
            Since = QueryTime.Read(request, "since", now),
            Until = QueryTime.Read(request, "until", now),
        };
    }

    public bool Wants(LogEntry entry) => (entry.IsError ? Error : Output) && !(entry.At < Since);

    public bool IsOver(LogEntry entry) => entry.At > Until;

    public void Write(IBufferWriter<byte> output, LogEntry entry)
    {
        var before = (Timestamps ? Stamp(entry.At) + " " : "") + (Details is null ? "" : Details + " ");
        var after = !entry.IsWhole ? "" : IsTerminal ? "\r\n" : "\n";
        if (!IsTerminal && !IsRaw)
        {
            var length = Encoding.UTF8.GetByteCount(before) + Encoding.UTF8.GetByteCount(entry.Text) + after.Length;
            MuxFrame.WriteHead(output.GetSpan(MuxFrame.HeadLength), entry.IsError ? 2 : 1, length);
            output.Advance(MuxFrame.HeadLength);
        }

        Encoding.UTF8.GetBytes(before, output);
        Encoding.UTF8.GetBytes(entry.Text, output);
        Encoding.UTF8.GetBytes(after, output);
    }

    private static string Stamp(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff00'Z'", CultureInfo.InvariantCulture);
}
