using System.Collections.Immutable;
using System.Diagnostics;

namespace Swarm.Core.Nodes;

/// <summary>How a node's record changes: pure decisions, from a record and a command to an event.</summary>
public static class NodeRules
{
    private const int RequestsKept = 32;

    /// <summary>Null when the record says so already.</summary>
    public static NodeEvent? Register(NodeRecord record, RegisterNode command, DateTimeOffset now) =>
        record is { Description: { } known, IsRemoved: false } && IsSame(known, command.Description)
            ? null
            : new NodeEvent.Registered(command.Description, now);

    /// <summary>Null when the request was carried out before, or asks for what is so already.</summary>
    public static NodeEvent? Update(NodeRecord record, UpdateNode command)
    {
        if (record.Requests.Contains(command.Request)) return null;

        var labels = record.Settings.Labels.RemoveRange(command.RemoveLabels).SetItems(command.SetLabels);
        var availability = command.Availability ?? record.Settings.Availability;
        var reserved = command.ClearSystemReserved ? null
            : command.SystemReserved ?? record.Settings.SystemReserved;
        if (availability == record.Settings.Availability && labels.SequenceEqual(record.Settings.Labels)
            && reserved == record.Settings.SystemReserved)
        {
            return null;
        }

        var settings = new NodeSettings(availability, record.Settings.Version + 1)
        {
            Labels = labels,
            SystemReserved = reserved,
        };
        return new NodeEvent.SettingsChanged(command.Request, settings);
    }

    /// <summary>Null when it is removed already.</summary>
    public static NodeEvent? Remove(NodeRecord record, RemoveNode command, DateTimeOffset now) =>
        record.Exists ? new NodeEvent.Removed(command.Request, now) : null;

    /// <summary>What is wrong with an update, in words for its sender; null when nothing is.</summary>
    public static string? Refuse(UpdateNode command)
    {
        if (command.Availability is { } availability && !Enum.IsDefined(availability))
        {
            return $"availability {(int)availability} is unknown: it is active, pause or drain";
        }

        foreach (var label in command.SetLabels.Keys.Concat(command.RemoveLabels))
        {
            if (string.IsNullOrWhiteSpace(label)) return "a label of a node has no name";
        }

        if (command is { ClearSystemReserved: true, SystemReserved: not null })
            return "what is kept back for the system is either set or taken back";

        if (command.SystemReserved is { } reserved
            && (reserved.Cpu < MilliCpu.Zero || reserved.Memory < Bytes.Zero || reserved.Pids < 0))
        {
            return "what is kept back for the system cannot be negative";
        }

        return null;
    }

    public static NodeRecord Apply(NodeRecord record, NodeEvent happened) => happened switch
    {
        NodeEvent.Registered registered => record with
        {
            Description = registered.Description,
            RegisteredAt = record.Exists ? record.RegisteredAt : registered.At,
            IsRemoved = false,
        },
        NodeEvent.SettingsChanged changed => record with
        {
            Settings = changed.Settings,
            Requests = Keep(record.Requests, changed.Request),
        },
        NodeEvent.Removed removed => record with
        {
            IsRemoved = true,
            Settings = NodeSettings.Default with { Version = record.Settings.Version + 1 },
            Requests = Keep(record.Requests, removed.Request),
        },
        _ => throw new UnreachableException($"no way to apply {happened}"),
    };

    private static bool IsSame(NodeDescription left, NodeDescription right) =>
        left with { Labels = right.Labels } == right && left.Labels.SequenceEqual(right.Labels);

    private static ImmutableArray<RequestId> Keep(ImmutableArray<RequestId> requests, RequestId added) =>
        (requests.Length < RequestsKept ? requests : requests.RemoveAt(0)).Add(added);
}
