namespace Swarm.Runtime.Names;

/// <summary>How much the containers of a host can ask at once, and how long others may take to answer.</summary>
internal sealed record NameServerLimits
{
    /// <summary>Questions of one container that wait for others. More are answered with a failure.</summary>
    public int ForwardedPerContainer { get; init; } = 128;

    /// <summary>Questions of all containers that wait for others; each has a socket.</summary>
    public int Forwarded { get; init; } = 1024;

    /// <summary>TCP connections of one container; more wait to be taken.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>Questions of one container in a second; more wait, and are dropped by the kernel when too many
    /// do.</summary>
    public int PerSecond { get; init; } = 5000;

    /// <summary>How long one server may take to answer before the next is asked.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a client may take over one question by TCP, and over its answer.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(10);
}
