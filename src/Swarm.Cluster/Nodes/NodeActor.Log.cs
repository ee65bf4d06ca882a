using Microsoft.Extensions.Logging;
using Swarm.Core;

namespace Swarm.Cluster.Nodes;

internal sealed partial class NodeActor
{
    [LoggerMessage(LogLevel.Error, "What was kept of service {Service} is broken, and its containers are left alone "
        + "until it gives orders: {Fault}")]
    private partial void LogUnreadable(string service, string fault);

    [LoggerMessage(
        LogLevel.Warning, "An order of service {Service} was refused: its sequence {Sequence} is older than {Seen}")]
    private partial void LogStale(ServiceName service, long sequence, long seen);

    [LoggerMessage(
        LogLevel.Warning, "An answer of service {Service} was ignored: its sequence {Sequence} is older than {Seen}")]
    private partial void LogStaleAnswer(ServiceName service, long sequence, long seen);

    [LoggerMessage(LogLevel.Warning, "An order of service {Service} was refused: it is for node {Node}")]
    private partial void LogMisdirected(ServiceName service, NodeId node);

    [LoggerMessage(LogLevel.Information, "Container {Container} of task {Task} was removed: no service wants it")]
    private partial void LogOrphanRemoved(ContainerId container, TaskId task);

    [LoggerMessage(LogLevel.Warning, "Container {Container}, which no service wants, was not removed")]
    private partial void LogOrphanNotRemoved(Exception cause, ContainerId container);

    [LoggerMessage(LogLevel.Error, "The engine tells of no more ends of containers")]
    private partial void LogExitsEnded(Exception? cause);

    [LoggerMessage(LogLevel.Error, "{Actor} crashed; it begins anew from what is kept")]
    private partial void LogCrashed(string actor);
}
