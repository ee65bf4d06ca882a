using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Connections;
using Swarm.Api.Http;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>What a container has written, and what it goes on to write.</summary>
internal sealed class LogRoutes(ContainerDesk desk, TimeProvider time, CancellationToken stopping)
{
    private const int PageBytes = 128 * 1024;

    /// <summary>Between two looks at a log that is followed.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(50);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/containers/{id}/logs", WriteAsync);

    private async Task WriteAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        var wanted = Wanted.Read(context.Request, container, time.GetUtcNow());
        context.Response.ContentType = wanted.IsTerminal ? MuxFrame.RawContentType : MuxFrame.ContentType;
        // Clients take an answer that does not begin for one that does not come.
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await WriteAsync(context.Response.Body, container, wanted, either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The answer ends here; the container goes on.
        }
    }

    private async Task WriteAsync(
        Stream answer, ContainerState container, Wanted wanted, CancellationToken cancellation)
    {
        string? position = null;
        while (true)
        {
            var hasEnded = desk.Engine.Find(container.Id) is null or { Phase: not ContainerPhase.Running };
            var page = await ReadAsync(container, position, position is null ? wanted.Tail : null, cancellation);
            if (page is null) return;
            position = page.Position;
            foreach (var entry in page.Entries)
            {
                if (wanted.IsOver(entry)) return;
                if (wanted.Wants(entry)) await answer.WriteAsync(wanted.Write(entry), cancellation);
            }

            if (!page.Entries.IsEmpty) await answer.FlushAsync(cancellation);
            if (page.More) continue;
            if (!wanted.Follow || hasEnded) return;
            await Task.Delay(LookAgainAfter, time, cancellation);
        }
    }

    /// <returns>Null when the container was removed meanwhile.</returns>
    private async Task<LogPage?> ReadAsync(
        ContainerState container, string? position, int? tail, CancellationToken cancellation)
    {
        try
        {
            return await desk.Engine.ReadLogAsync(container.Id, position, tail, PageBytes, cancellation);
        }
        catch (ContainerException gone) when (gone.Fault == ContainerFault.NotFound)
        {
            return null;
        }
    }

    /// <summary>Which entries are wanted, and how.</summary>
    private sealed record Wanted(bool Output, bool Error, bool Timestamps, bool Follow, int? Tail)
    {
        public bool IsTerminal { get; init; }

        public DateTimeOffset? Since { get; init; }

        public DateTimeOffset? Until { get; init; }

        /// <exception cref="ApiException">Neither stream is wanted, or a time cannot be.</exception>
        public static Wanted Read(HttpRequest request, ContainerState container, DateTimeOffset now)
        {
            var query = request.Query;
            var (output, error) = (QueryFlag.IsSet(query["stdout"]), QueryFlag.IsSet(query["stderr"]));
            if (!output && !error)
            {
                throw new ApiException(
                    StatusCodes.Status400BadRequest,
                    "Bad parameters: you must choose at least one stream");
            }

            // As in Docker, what is no number means all.
            int? tail = int.TryParse(query["tail"], CultureInfo.InvariantCulture, out var lines) && lines >= 0
                ? lines
                : null;
            return new Wanted(
                output, error, QueryFlag.IsSet(query["timestamps"]), QueryFlag.IsSet(query["follow"]), tail)
            {
                IsTerminal = container.Definition.Spec.Tty,
                Since = QueryTime.Read(request, "since", now),
                Until = QueryTime.Read(request, "until", now),
            };
        }

        public bool Wants(LogEntry entry) => (entry.IsError ? Error : Output) && !(entry.At < Since);

        public bool IsOver(LogEntry entry) => entry.At > Until;

        public byte[] Write(LogEntry entry)
        {
            var text = (Timestamps ? Stamp(entry.At) + " " : "") + entry.Text + (IsTerminal ? "\r\n" : "\n");
            var bytes = Encoding.UTF8.GetBytes(text);
            if (IsTerminal) return bytes;
            var frame = new byte[MuxFrame.HeadLength + bytes.Length];
            MuxFrame.WriteHead(frame, entry.IsError ? 2 : 1, bytes.Length);
            bytes.CopyTo(frame, MuxFrame.HeadLength);
            return frame;
        }

        private static string Stamp(DateTimeOffset at) =>
            at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff00'Z'", CultureInfo.InvariantCulture);
    }
}
