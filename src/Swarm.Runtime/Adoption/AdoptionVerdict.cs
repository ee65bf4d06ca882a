using Swarm.Runtime.Records;

namespace Swarm.Runtime.Adoption;

/// <summary>What a new engine does with a container that an earlier one left.</summary>
internal enum AdoptionVerdict
{
    /// <summary>It ended before and was reported, or has nothing that could end: it stays as recorded.</summary>
    Keep,

    /// <summary>Its process lives, or its conmon is about to tell how it ended: it is watched.</summary>
    Follow,

    /// <summary>The engine stopped after it had written that it would start the program, and before it did.</summary>
    FollowUnstarted,

    /// <summary>It ended meanwhile.</summary>
    End,
}

/// <summary>Decides from what is there.</summary>
internal static class Adoptions
{
    /// <param name="isWaiting">Whether its first process waits to be started.</param>
    public static AdoptionVerdict Judge(
        ContainerRecord record, string bootId, bool hasExitFile, bool isAlive, bool isMonitorAlive, bool isWaiting)
    {
        if (record.Phase == ContainerPhase.Ended) return AdoptionVerdict.Keep;
        if (record.BootId != bootId)
        {
            return record.Phase == ContainerPhase.Running ? AdoptionVerdict.End : AdoptionVerdict.Keep;
        }

        if (hasExitFile) return AdoptionVerdict.End;
        if (isAlive)
        {
            return isWaiting && record.Phase == ContainerPhase.Running
                ? AdoptionVerdict.FollowUnstarted
                : AdoptionVerdict.Follow;
        }

        return isMonitorAlive ? AdoptionVerdict.Follow : AdoptionVerdict.End;
    }
}
