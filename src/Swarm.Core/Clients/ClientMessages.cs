using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Clients;

/// <summary>Where clients find the cluster: the actor that every node registers with its receptionist.</summary>
public static class Gateway
{
    /// <summary>Path for <c>ClusterClient.Send</c>. It takes every message a client may send, and answers it.</summary>
    public const string Path = "/user/gateway";

    /// <summary>Where a node listens unless it is configured otherwise, and where clients look for it.</summary>
    public const int DefaultPort = 4000;

    /// <summary>No message between client and cluster is larger than this, in bytes.</summary>
    public const int MaxMessageBytes = 64 * 1024;
}

/// <summary>One bounded page of the list of services, in the order of their names.</summary>
public sealed record GetServices
{
    /// <summary><see cref="ServiceList.Next"/> of the page before; empty starts.</summary>
    [Key(0)] public string After { get; init; } = "";
}

public sealed record ServiceList([property: Key(0)] ImmutableArray<ServiceListing> Services)
{
    /// <summary>What to ask with for the next page; null on the last one.</summary>
    [Key(1)] public string? Next { get; init; }
}

/// <summary>One bounded page of the list of nodes, in the order of their ids.</summary>
public sealed record GetNodes
{
    /// <summary><see cref="NodeList.Next"/> of the page before; empty starts.</summary>
    [Key(0)] public string After { get; init; } = "";
}

public sealed record NodeList([property: Key(0)] ImmutableArray<NodeListing> Nodes)
{
    /// <summary>What to ask with for the next page; null on the last one.</summary>
    [Key(1)] public string? Next { get; init; }
}

/// <summary>One bounded page of the logs of all tasks of a service, pulled by the client.</summary>
/// <param name="Positions">Where to go on, per task: from the page before; empty starts.</param>
/// <param name="Tail">On the first page: start at the last so many lines of each task; null
/// starts at the first line.</param>
public sealed record GetServiceLogs(
    [property: Key(0)] ServiceName Service,
    [property: Key(1)] ImmutableSortedDictionary<string, string> Positions,
    [property: Key(2)] int? Tail) : IServiceMessage;

/// <param name="Positions">To be given for the next page.</param>
/// <param name="More">There is more to be had at once.</param>
/// <param name="Warnings">Tasks whose logs could not be read, and why: the rest is shown all the same.</param>
public sealed record ServiceLogPage(
    [property: Key(0)] ImmutableArray<LogLine> Lines,
    [property: Key(1)] ImmutableSortedDictionary<string, string> Positions,
    [property: Key(2)] bool More,
    [property: Key(3)] ImmutableArray<string> Warnings);

/// <param name="Text">Without the newline; a line longer than 16 KiB comes in parts.</param>
public sealed record LogLine(
    [property: Key(0)] TaskId Task, [property: Key(1)] int Slot, [property: Key(2)] DateTimeOffset At,
    [property: Key(3)] bool IsError, [property: Key(4)] string Text);

/// <summary>Asked by the gateway of the node a task runs on. The answer is <see cref="TaskLogPage"/>.</summary>
/// <param name="Position">Opaque; null starts, at the last <paramref name="Tail"/> lines where given.</param>
public sealed record GetTaskLogs(
    [property: Key(0)] TaskId Task, [property: Key(1)] string? Position, [property: Key(2)] int? Tail,
    [property: Key(3)] int MaxBytes);

public sealed record TaskLogPage(
    [property: Key(0)] TaskId Task, [property: Key(1)] ImmutableArray<LogLine> Lines,
    [property: Key(2)] string Position, [property: Key(3)] bool More, [property: Key(4)] string Warning);
