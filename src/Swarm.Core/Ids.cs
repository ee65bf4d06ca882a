using System.Security.Cryptography;
using System.Text;
using Nerdbank.MessagePack;

namespace Swarm.Core;

/// <summary>The stable id of a node, kept in its data root: 25 characters of base 36.</summary>
public readonly record struct NodeId([property: Key(0)] string Value)
{
    public override string ToString() => Value;
}

/// <summary>The name a service is known by, cluster-wide; also the id of its entity.</summary>
public readonly record struct ServiceName([property: Key(0)] string Value)
{
    public override string ToString() => Value;
}

/// <summary>One incarnation of a service: a name used again after removal has another id.</summary>
public readonly record struct ServiceId([property: Key(0)] string Value)
{
    public override string ToString() => Value;
}

/// <summary>One task: the id of its service and a number that grows, as <c>SERVICEID.17</c>.</summary>
public readonly record struct TaskId([property: Key(0)] string Value)
{
    public static TaskId Of(ServiceId service, long number) => new($"{service.Value}.{number}");

    public override string ToString() => Value;
}

/// <summary>A container: 64 hexadecimal digits, as Docker shows them.</summary>
public readonly record struct ContainerId([property: Key(0)] string Value)
{
    /// <summary>The container of a task: always the same one, so that creating it twice finds it.</summary>
    public static ContainerId Of(TaskId task) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("swarm task " + task.Value))));

    /// <summary>The first twelve digits, as people write them.</summary>
    public string Short => Value.Length <= 12 ? Value : Value[..12];

    public override string ToString() => Value;
}

/// <summary>Chosen by the client: a command with an id seen before is answered again and carried out once.</summary>
public readonly record struct RequestId([property: Key(0)] string Value)
{
    public override string ToString() => Value;
}
