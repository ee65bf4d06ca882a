using Microsoft.Extensions.Logging;
using Swarm.Runtime.Records;

namespace Swarm.Runtime;

/// <summary>Puts down what containers are, before it is so or after it has happened.</summary>
internal sealed partial class EngineCore
{
    /// <summary>Puts down what is about to be done: without room on the disk it is not done.</summary>
    private ContainerRecord Keep(LiveContainer container, ContainerRecord record)
    {
        _records.Write(record);
        return Show(container, record);
    }

    /// <summary>Puts down what has happened by itself. It is so, whether the disk takes it or not: where it does not,
    /// that is made up for when there is room again.</summary>
    /// <remarks>An engine that is opened before that finds the exit file, and comes to the same record.</remarks>
    private ContainerRecord KeepHappened(LiveContainer container, ContainerRecord record)
    {
        try
        {
            return Keep(container, record);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            LogOwed(record.Definition.Name, record.Id.Short, refused);
            Begin(() => WriteAtLastAsync(container));
            return Show(container, record);
        }
    }

    private ContainerRecord Show(LiveContainer container, ContainerRecord record)
    {
        var before = container.Record;
        container.Record = record;
        Names.Tell(before?.ToState(), record.ToState());
        return record;
    }

    private async Task WriteAtLastAsync(LiveContainer container)
    {
        do await Task.Delay(WriteAgainAfter, _time, _closing.Token);
        while (!await AtGateAsync(container, () => Task.FromResult(TryWrite(container)), _closing.Token));
    }

    private bool TryWrite(LiveContainer container)
    {
        if (container.IsGone || container.Record is not { } record) return true;
        try
        {
            _records.Write(record);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error,
        "What became of container {Name} ({Container}) could not be put down, and is tried again until it can")]
    private partial void LogOwed(string name, string container, Exception cause);
}
