// Generated from proto/*.proto by scripts/generate.mjs. Do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace quietwire. */
export namespace quietwire {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Control.
         * @deprecated Use quietwire.v1.Control.$Properties instead.
         */
        interface IControl extends quietwire.v1.Control.$Properties {
        }

        /** Represents a Control. */
        class Control {

            /**
             * Constructs a new Control.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Control.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Control periodStart. */
            periodStart?: (quietwire.v1.PeriodStart.$Properties|null);

            /** Control demand. */
            demand?: (quietwire.v1.Demand.$Properties|null);

            /** Control fragment. */
            fragment?: (quietwire.v1.Fragment.$Properties|null);

            /** Control parameters. */
            parameters?: (quietwire.v1.Parameters.$Properties|null);

            /** Control parametersAck. */
            parametersAck?: (quietwire.v1.ParametersAck.$Properties|null);

            /** Control goaway. */
            goaway?: (quietwire.v1.Goaway.$Properties|null);

            /**
             * Creates a new Control instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Control instance
             */
            static create(properties: quietwire.v1.Control.$Shape): quietwire.v1.Control & quietwire.v1.Control.$Shape;
            static create(properties?: quietwire.v1.Control.$Properties): quietwire.v1.Control;

            /**
             * Encodes the specified Control message. Does not implicitly {@link quietwire.v1.Control.verify|verify} messages.
             * @param message Control message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Control.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Control message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Control & quietwire.v1.Control.$Shape} Control
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Control & quietwire.v1.Control.$Shape;
        }

        namespace Control {

            /** Properties of a Control. */
            interface $Properties {

                /** Control periodStart */
                periodStart?: (quietwire.v1.PeriodStart.$Properties|null);

                /** Control demand */
                demand?: (quietwire.v1.Demand.$Properties|null);

                /** Control fragment */
                fragment?: (quietwire.v1.Fragment.$Properties|null);

                /** Control parameters */
                parameters?: (quietwire.v1.Parameters.$Properties|null);

                /** Control parametersAck */
                parametersAck?: (quietwire.v1.ParametersAck.$Properties|null);

                /** Control goaway */
                goaway?: (quietwire.v1.Goaway.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Control. */
            type $Shape = {
              periodStart?: quietwire.v1.PeriodStart.$Shape|null;
              demand?: quietwire.v1.Demand.$Shape|null;
              fragment?: quietwire.v1.Fragment.$Shape|null;
              parameters?: quietwire.v1.Parameters.$Shape|null;
              parametersAck?: quietwire.v1.ParametersAck.$Shape|null;
              goaway?: quietwire.v1.Goaway.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a PeriodStart.
         * @deprecated Use quietwire.v1.PeriodStart.$Properties instead.
         */
        interface IPeriodStart extends quietwire.v1.PeriodStart.$Properties {
        }

        /** Represents a PeriodStart. */
        class PeriodStart {

            /**
             * Constructs a new PeriodStart.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.PeriodStart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeriodStart number. */
            number: number;

            /** PeriodStart position. */
            position: number;

            /** PeriodStart version. */
            version: number;

            /**
             * Creates a new PeriodStart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeriodStart instance
             */
            static create(properties: quietwire.v1.PeriodStart.$Shape): quietwire.v1.PeriodStart & quietwire.v1.PeriodStart.$Shape;
            static create(properties?: quietwire.v1.PeriodStart.$Properties): quietwire.v1.PeriodStart;

            /**
             * Encodes the specified PeriodStart message. Does not implicitly {@link quietwire.v1.PeriodStart.verify|verify} messages.
             * @param message PeriodStart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.PeriodStart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeriodStart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.PeriodStart & quietwire.v1.PeriodStart.$Shape} PeriodStart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.PeriodStart & quietwire.v1.PeriodStart.$Shape;
        }

        namespace PeriodStart {

            /** Properties of a PeriodStart. */
            interface $Properties {

                /** PeriodStart number */
                number?: (number|null);

                /** PeriodStart position */
                position?: (number|null);

                /** PeriodStart version */
                version?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeriodStart. */
            type $Shape = quietwire.v1.PeriodStart.$Properties;
        }

        /**
         * Properties of a Demand.
         * @deprecated Use quietwire.v1.Demand.$Properties instead.
         */
        interface IDemand extends quietwire.v1.Demand.$Properties {
        }

        /** Represents a Demand. */
        class Demand {

            /**
             * Constructs a new Demand.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Demand.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Demand remainingMs. */
            remainingMs: number;

            /**
             * Creates a new Demand instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Demand instance
             */
            static create(properties: quietwire.v1.Demand.$Shape): quietwire.v1.Demand & quietwire.v1.Demand.$Shape;
            static create(properties?: quietwire.v1.Demand.$Properties): quietwire.v1.Demand;

            /**
             * Encodes the specified Demand message. Does not implicitly {@link quietwire.v1.Demand.verify|verify} messages.
             * @param message Demand message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Demand.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Demand message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Demand & quietwire.v1.Demand.$Shape} Demand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Demand & quietwire.v1.Demand.$Shape;
        }

        namespace Demand {

            /** Properties of a Demand. */
            interface $Properties {

                /** Demand remainingMs */
                remainingMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Demand. */
            type $Shape = quietwire.v1.Demand.$Properties;
        }

        /**
         * Properties of a Fragment.
         * @deprecated Use quietwire.v1.Fragment.$Properties instead.
         */
        interface IFragment extends quietwire.v1.Fragment.$Properties {
        }

        /** Represents a Fragment. */
        class Fragment {

            /**
             * Constructs a new Fragment.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Fragment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Fragment message. */
            message: number;

            /** Fragment index. */
            index: number;

            /** Fragment last. */
            last: boolean;

            /** Fragment data. */
            data: Uint8Array;

            /**
             * Creates a new Fragment instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Fragment instance
             */
            static create(properties: quietwire.v1.Fragment.$Shape): quietwire.v1.Fragment & quietwire.v1.Fragment.$Shape;
            static create(properties?: quietwire.v1.Fragment.$Properties): quietwire.v1.Fragment;

            /**
             * Encodes the specified Fragment message. Does not implicitly {@link quietwire.v1.Fragment.verify|verify} messages.
             * @param message Fragment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Fragment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Fragment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Fragment & quietwire.v1.Fragment.$Shape} Fragment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Fragment & quietwire.v1.Fragment.$Shape;
        }

        namespace Fragment {

            /** Properties of a Fragment. */
            interface $Properties {

                /** Fragment message */
                message?: (number|null);

                /** Fragment index */
                index?: (number|null);

                /** Fragment last */
                last?: (boolean|null);

                /** Fragment data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Fragment. */
            type $Shape = quietwire.v1.Fragment.$Properties;
        }

        /**
         * Properties of a ParametersAck.
         * @deprecated Use quietwire.v1.ParametersAck.$Properties instead.
         */
        interface IParametersAck extends quietwire.v1.ParametersAck.$Properties {
        }

        /** Represents a ParametersAck. */
        class ParametersAck {

            /**
             * Constructs a new ParametersAck.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.ParametersAck.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ParametersAck version. */
            version: number;

            /**
             * Creates a new ParametersAck instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ParametersAck instance
             */
            static create(properties: quietwire.v1.ParametersAck.$Shape): quietwire.v1.ParametersAck & quietwire.v1.ParametersAck.$Shape;
            static create(properties?: quietwire.v1.ParametersAck.$Properties): quietwire.v1.ParametersAck;

            /**
             * Encodes the specified ParametersAck message. Does not implicitly {@link quietwire.v1.ParametersAck.verify|verify} messages.
             * @param message ParametersAck message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.ParametersAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ParametersAck message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.ParametersAck & quietwire.v1.ParametersAck.$Shape} ParametersAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.ParametersAck & quietwire.v1.ParametersAck.$Shape;
        }

        namespace ParametersAck {

            /** Properties of a ParametersAck. */
            interface $Properties {

                /** ParametersAck version */
                version?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ParametersAck. */
            type $Shape = quietwire.v1.ParametersAck.$Properties;
        }

        /**
         * Properties of a Goaway.
         * @deprecated Use quietwire.v1.Goaway.$Properties instead.
         */
        interface IGoaway extends quietwire.v1.Goaway.$Properties {
        }

        /** Represents a Goaway. */
        class Goaway {

            /**
             * Constructs a new Goaway.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Goaway.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Goaway lastStream. */
            lastStream: number;

            /** Goaway final. */
            final: boolean;

            /**
             * Creates a new Goaway instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Goaway instance
             */
            static create(properties: quietwire.v1.Goaway.$Shape): quietwire.v1.Goaway & quietwire.v1.Goaway.$Shape;
            static create(properties?: quietwire.v1.Goaway.$Properties): quietwire.v1.Goaway;

            /**
             * Encodes the specified Goaway message. Does not implicitly {@link quietwire.v1.Goaway.verify|verify} messages.
             * @param message Goaway message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Goaway.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Goaway message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Goaway & quietwire.v1.Goaway.$Shape} Goaway
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Goaway & quietwire.v1.Goaway.$Shape;
        }

        namespace Goaway {

            /** Properties of a Goaway. */
            interface $Properties {

                /** Goaway lastStream */
                lastStream?: (number|null);

                /** Goaway final */
                final?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Goaway. */
            type $Shape = quietwire.v1.Goaway.$Properties;
        }

        /** Mode enum. */
        enum Mode {

            /** MODE_UNSPECIFIED value */
            MODE_UNSPECIFIED = 0,

            /** STP value */
            STP = 1,

            /** ILP value */
            ILP = 2
        }

        /**
         * Properties of a Parameters.
         * @deprecated Use quietwire.v1.Parameters.$Properties instead.
         */
        interface IParameters extends quietwire.v1.Parameters.$Properties {
        }

        /** Represents a Parameters. */
        class Parameters {

            /**
             * Constructs a new Parameters.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Parameters.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Parameters version. */
            version: number;

            /** Parameters mode. */
            mode: quietwire.v1.Mode;

            /** Parameters frameSize. */
            frameSize: number;

            /** Parameters periodMs. */
            periodMs: number;

            /** Parameters upstream. */
            upstream?: (quietwire.v1.Pattern.$Properties|null);

            /** Parameters downstream. */
            downstream?: (quietwire.v1.Pattern.$Properties|null);

            /** Parameters backgroundIntervalMs. */
            backgroundIntervalMs: number;

            /** Parameters backgroundFrameSize. */
            backgroundFrameSize: number;

            /** Parameters leadMs. */
            leadMs: number;

            /** Parameters holdMs. */
            holdMs: number;

            /** Parameters restMs. */
            restMs: number;

            /** Parameters followerOffsetMs. */
            followerOffsetMs: number;

            /** Parameters longestRun. */
            longestRun: number;

            /** Parameters quietBytes. */
            quietBytes: number;

            /** Parameters activityWindowMs. */
            activityWindowMs: number;

            /** Parameters deviceCoverRate. */
            deviceCoverRate: number;

            /** Parameters deviceDurations. */
            deviceDurations: number[];

            /** Parameters maxStreams. */
            maxStreams: number;

            /** Parameters streamWindow. */
            streamWindow: number;

            /** Parameters tunnelWindow. */
            tunnelWindow: number;

            /**
             * Creates a new Parameters instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Parameters instance
             */
            static create(properties: quietwire.v1.Parameters.$Shape): quietwire.v1.Parameters & quietwire.v1.Parameters.$Shape;
            static create(properties?: quietwire.v1.Parameters.$Properties): quietwire.v1.Parameters;

            /**
             * Encodes the specified Parameters message. Does not implicitly {@link quietwire.v1.Parameters.verify|verify} messages.
             * @param message Parameters message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Parameters.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Parameters message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Parameters & quietwire.v1.Parameters.$Shape} Parameters
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Parameters & quietwire.v1.Parameters.$Shape;
        }

        namespace Parameters {

            /** Properties of a Parameters. */
            interface $Properties {

                /** Parameters version */
                version?: (number|null);

                /** Parameters mode */
                mode?: (quietwire.v1.Mode|null);

                /** Parameters frameSize */
                frameSize?: (number|null);

                /** Parameters periodMs */
                periodMs?: (number|null);

                /** Parameters upstream */
                upstream?: (quietwire.v1.Pattern.$Properties|null);

                /** Parameters downstream */
                downstream?: (quietwire.v1.Pattern.$Properties|null);

                /** Parameters backgroundIntervalMs */
                backgroundIntervalMs?: (number|null);

                /** Parameters backgroundFrameSize */
                backgroundFrameSize?: (number|null);

                /** Parameters leadMs */
                leadMs?: (number|null);

                /** Parameters holdMs */
                holdMs?: (number|null);

                /** Parameters restMs */
                restMs?: (number|null);

                /** Parameters followerOffsetMs */
                followerOffsetMs?: (number|null);

                /** Parameters longestRun */
                longestRun?: (number|null);

                /** Parameters quietBytes */
                quietBytes?: (number|null);

                /** Parameters activityWindowMs */
                activityWindowMs?: (number|null);

                /** Parameters deviceCoverRate */
                deviceCoverRate?: (number|null);

                /** Parameters deviceDurations */
                deviceDurations?: (number[]|null);

                /** Parameters maxStreams */
                maxStreams?: (number|null);

                /** Parameters streamWindow */
                streamWindow?: (number|null);

                /** Parameters tunnelWindow */
                tunnelWindow?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Parameters. */
            type $Shape = {
              version?: number|null;
              mode?: quietwire.v1.Mode|null;
              frameSize?: number|null;
              periodMs?: number|null;
              upstream?: quietwire.v1.Pattern.$Shape|null;
              downstream?: quietwire.v1.Pattern.$Shape|null;
              backgroundIntervalMs?: number|null;
              backgroundFrameSize?: number|null;
              leadMs?: number|null;
              holdMs?: number|null;
              restMs?: number|null;
              followerOffsetMs?: number|null;
              longestRun?: number|null;
              quietBytes?: number|null;
              activityWindowMs?: number|null;
              deviceCoverRate?: number|null;
              deviceDurations?: number[]|null;
              maxStreams?: number|null;
              streamWindow?: number|null;
              tunnelWindow?: number|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Pattern.
         * @deprecated Use quietwire.v1.Pattern.$Properties instead.
         */
        interface IPattern extends quietwire.v1.Pattern.$Properties {
        }

        /** Represents a Pattern. */
        class Pattern {

            /**
             * Constructs a new Pattern.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Pattern.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Pattern interval. */
            interval?: (quietwire.v1.Distribution.$Properties|null);

            /** Pattern size. */
            size?: (quietwire.v1.Distribution.$Properties|null);

            /**
             * Creates a new Pattern instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Pattern instance
             */
            static create(properties: quietwire.v1.Pattern.$Shape): quietwire.v1.Pattern & quietwire.v1.Pattern.$Shape;
            static create(properties?: quietwire.v1.Pattern.$Properties): quietwire.v1.Pattern;

            /**
             * Encodes the specified Pattern message. Does not implicitly {@link quietwire.v1.Pattern.verify|verify} messages.
             * @param message Pattern message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Pattern.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Pattern message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Pattern & quietwire.v1.Pattern.$Shape} Pattern
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Pattern & quietwire.v1.Pattern.$Shape;
        }

        namespace Pattern {

            /** Properties of a Pattern. */
            interface $Properties {

                /** Pattern interval */
                interval?: (quietwire.v1.Distribution.$Properties|null);

                /** Pattern size */
                size?: (quietwire.v1.Distribution.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Pattern. */
            type $Shape = {
              interval?: quietwire.v1.Distribution.$Shape|null;
              size?: quietwire.v1.Distribution.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Distribution.
         * @deprecated Use quietwire.v1.Distribution.$Properties instead.
         */
        interface IDistribution extends quietwire.v1.Distribution.$Properties {
        }

        /** Represents a Distribution. */
        class Distribution {

            /**
             * Constructs a new Distribution.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Distribution.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Distribution constant. */
            constant?: (number|null);

            /** Distribution uniform. */
            uniform?: (quietwire.v1.Uniform.$Properties|null);

            /** Distribution normal. */
            normal?: (quietwire.v1.Normal.$Properties|null);

            /** Distribution exponentialMean. */
            exponentialMean?: (number|null);

            /** Distribution lognormal. */
            lognormal?: (quietwire.v1.Lognormal.$Properties|null);

            /** Distribution empirical. */
            empirical?: (quietwire.v1.Empirical.$Properties|null);

            /** Distribution spline. */
            spline?: (quietwire.v1.Spline.$Properties|null);

            /** Distribution min. */
            min?: (number|null);

            /** Distribution max. */
            max?: (number|null);

            /** Distribution kind. */
            kind?: ("constant"|"uniform"|"normal"|"exponentialMean"|"lognormal"|"empirical"|"spline");

            /**
             * Creates a new Distribution instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Distribution instance
             */
            static create(properties: quietwire.v1.Distribution.$Shape): quietwire.v1.Distribution & quietwire.v1.Distribution.$Shape;
            static create(properties?: quietwire.v1.Distribution.$Properties): quietwire.v1.Distribution;

            /**
             * Encodes the specified Distribution message. Does not implicitly {@link quietwire.v1.Distribution.verify|verify} messages.
             * @param message Distribution message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Distribution.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Distribution message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Distribution & quietwire.v1.Distribution.$Shape} Distribution
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Distribution & quietwire.v1.Distribution.$Shape;
        }

        namespace Distribution {

            /** Properties of a Distribution. */
            interface $Properties {

                /** Distribution constant */
                constant?: (number|null);

                /** Distribution uniform */
                uniform?: (quietwire.v1.Uniform.$Properties|null);

                /** Distribution normal */
                normal?: (quietwire.v1.Normal.$Properties|null);

                /** Distribution exponentialMean */
                exponentialMean?: (number|null);

                /** Distribution lognormal */
                lognormal?: (quietwire.v1.Lognormal.$Properties|null);

                /** Distribution empirical */
                empirical?: (quietwire.v1.Empirical.$Properties|null);

                /** Distribution spline */
                spline?: (quietwire.v1.Spline.$Properties|null);

                /** Distribution min */
                min?: (number|null);

                /** Distribution max */
                max?: (number|null);

                /** Distribution kind */
                kind?: ("constant"|"uniform"|"normal"|"exponentialMean"|"lognormal"|"empirical"|"spline");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Distribution. */
            type $Shape = {
              constant?: number|null;
              uniform?: quietwire.v1.Uniform.$Shape|null;
              normal?: quietwire.v1.Normal.$Shape|null;
              exponentialMean?: number|null;
              lognormal?: quietwire.v1.Lognormal.$Shape|null;
              empirical?: quietwire.v1.Empirical.$Shape|null;
              spline?: quietwire.v1.Spline.$Shape|null;
              min?: number|null;
              max?: number|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; constant?: null; uniform?: null; normal?: null; exponentialMean?: null; lognormal?: null; empirical?: null; spline?: null }|{ kind?: "constant"; constant: number; uniform?: null; normal?: null; exponentialMean?: null; lognormal?: null; empirical?: null; spline?: null }|{ kind?: "uniform"; constant?: null; uniform: quietwire.v1.Uniform.$Shape; normal?: null; exponentialMean?: null; lognormal?: null; empirical?: null; spline?: null }|{ kind?: "normal"; constant?: null; uniform?: null; normal: quietwire.v1.Normal.$Shape; exponentialMean?: null; lognormal?: null; empirical?: null; spline?: null }|{ kind?: "exponentialMean"; constant?: null; uniform?: null; normal?: null; exponentialMean: number; lognormal?: null; empirical?: null; spline?: null }|{ kind?: "lognormal"; constant?: null; uniform?: null; normal?: null; exponentialMean?: null; lognormal: quietwire.v1.Lognormal.$Shape; empirical?: null; spline?: null }|{ kind?: "empirical"; constant?: null; uniform?: null; normal?: null; exponentialMean?: null; lognormal?: null; empirical: quietwire.v1.Empirical.$Shape; spline?: null }|{ kind?: "spline"; constant?: null; uniform?: null; normal?: null; exponentialMean?: null; lognormal?: null; empirical?: null; spline: quietwire.v1.Spline.$Shape })
            );
        }

        /**
         * Properties of a Uniform.
         * @deprecated Use quietwire.v1.Uniform.$Properties instead.
         */
        interface IUniform extends quietwire.v1.Uniform.$Properties {
        }

        /** Represents a Uniform. */
        class Uniform {

            /**
             * Constructs a new Uniform.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Uniform.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Uniform low. */
            low: number;

            /** Uniform high. */
            high: number;

            /**
             * Creates a new Uniform instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Uniform instance
             */
            static create(properties: quietwire.v1.Uniform.$Shape): quietwire.v1.Uniform & quietwire.v1.Uniform.$Shape;
            static create(properties?: quietwire.v1.Uniform.$Properties): quietwire.v1.Uniform;

            /**
             * Encodes the specified Uniform message. Does not implicitly {@link quietwire.v1.Uniform.verify|verify} messages.
             * @param message Uniform message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Uniform.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Uniform message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Uniform & quietwire.v1.Uniform.$Shape} Uniform
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Uniform & quietwire.v1.Uniform.$Shape;
        }

        namespace Uniform {

            /** Properties of a Uniform. */
            interface $Properties {

                /** Uniform low */
                low?: (number|null);

                /** Uniform high */
                high?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Uniform. */
            type $Shape = quietwire.v1.Uniform.$Properties;
        }

        /**
         * Properties of a Normal.
         * @deprecated Use quietwire.v1.Normal.$Properties instead.
         */
        interface INormal extends quietwire.v1.Normal.$Properties {
        }

        /** Represents a Normal. */
        class Normal {

            /**
             * Constructs a new Normal.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Normal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Normal mean. */
            mean: number;

            /** Normal deviation. */
            deviation: number;

            /**
             * Creates a new Normal instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Normal instance
             */
            static create(properties: quietwire.v1.Normal.$Shape): quietwire.v1.Normal & quietwire.v1.Normal.$Shape;
            static create(properties?: quietwire.v1.Normal.$Properties): quietwire.v1.Normal;

            /**
             * Encodes the specified Normal message. Does not implicitly {@link quietwire.v1.Normal.verify|verify} messages.
             * @param message Normal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Normal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Normal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Normal & quietwire.v1.Normal.$Shape} Normal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Normal & quietwire.v1.Normal.$Shape;
        }

        namespace Normal {

            /** Properties of a Normal. */
            interface $Properties {

                /** Normal mean */
                mean?: (number|null);

                /** Normal deviation */
                deviation?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Normal. */
            type $Shape = quietwire.v1.Normal.$Properties;
        }

        /**
         * Properties of a Lognormal.
         * @deprecated Use quietwire.v1.Lognormal.$Properties instead.
         */
        interface ILognormal extends quietwire.v1.Lognormal.$Properties {
        }

        /** Represents a Lognormal. */
        class Lognormal {

            /**
             * Constructs a new Lognormal.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Lognormal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Lognormal median. */
            median: number;

            /** Lognormal sigma. */
            sigma: number;

            /**
             * Creates a new Lognormal instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Lognormal instance
             */
            static create(properties: quietwire.v1.Lognormal.$Shape): quietwire.v1.Lognormal & quietwire.v1.Lognormal.$Shape;
            static create(properties?: quietwire.v1.Lognormal.$Properties): quietwire.v1.Lognormal;

            /**
             * Encodes the specified Lognormal message. Does not implicitly {@link quietwire.v1.Lognormal.verify|verify} messages.
             * @param message Lognormal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Lognormal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Lognormal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Lognormal & quietwire.v1.Lognormal.$Shape} Lognormal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Lognormal & quietwire.v1.Lognormal.$Shape;
        }

        namespace Lognormal {

            /** Properties of a Lognormal. */
            interface $Properties {

                /** Lognormal median */
                median?: (number|null);

                /** Lognormal sigma */
                sigma?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Lognormal. */
            type $Shape = quietwire.v1.Lognormal.$Properties;
        }

        /**
         * Properties of an Empirical.
         * @deprecated Use quietwire.v1.Empirical.$Properties instead.
         */
        interface IEmpirical extends quietwire.v1.Empirical.$Properties {
        }

        /** Represents an Empirical. */
        class Empirical {

            /**
             * Constructs a new Empirical.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Empirical.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Empirical values. */
            values: number[];

            /** Empirical weights. */
            weights: number[];

            /**
             * Creates a new Empirical instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Empirical instance
             */
            static create(properties: quietwire.v1.Empirical.$Shape): quietwire.v1.Empirical & quietwire.v1.Empirical.$Shape;
            static create(properties?: quietwire.v1.Empirical.$Properties): quietwire.v1.Empirical;

            /**
             * Encodes the specified Empirical message. Does not implicitly {@link quietwire.v1.Empirical.verify|verify} messages.
             * @param message Empirical message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Empirical.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Empirical message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Empirical & quietwire.v1.Empirical.$Shape} Empirical
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Empirical & quietwire.v1.Empirical.$Shape;
        }

        namespace Empirical {

            /** Properties of an Empirical. */
            interface $Properties {

                /** Empirical values */
                values?: (number[]|null);

                /** Empirical weights */
                weights?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Empirical. */
            type $Shape = quietwire.v1.Empirical.$Properties;
        }

        /**
         * Properties of a Spline.
         * @deprecated Use quietwire.v1.Spline.$Properties instead.
         */
        interface ISpline extends quietwire.v1.Spline.$Properties {
        }

        /** Represents a Spline. */
        class Spline {

            /**
             * Constructs a new Spline.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Spline.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Spline samples. */
            samples: number[];

            /**
             * Creates a new Spline instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Spline instance
             */
            static create(properties: quietwire.v1.Spline.$Shape): quietwire.v1.Spline & quietwire.v1.Spline.$Shape;
            static create(properties?: quietwire.v1.Spline.$Properties): quietwire.v1.Spline;

            /**
             * Encodes the specified Spline message. Does not implicitly {@link quietwire.v1.Spline.verify|verify} messages.
             * @param message Spline message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Spline.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Spline message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Spline & quietwire.v1.Spline.$Shape} Spline
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Spline & quietwire.v1.Spline.$Shape;
        }

        namespace Spline {

            /** Properties of a Spline. */
            interface $Properties {

                /** Spline samples */
                samples?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Spline. */
            type $Shape = quietwire.v1.Spline.$Properties;
        }

        /** Binding enum. */
        enum Binding {

            /** BINDING_UNSPECIFIED value */
            BINDING_UNSPECIFIED = 0,

            /** EXPORTER value */
            EXPORTER = 1,

            /** CERTIFICATE value */
            CERTIFICATE = 2
        }

        /** Aead enum. */
        enum Aead {

            /** AEAD_UNSPECIFIED value */
            AEAD_UNSPECIFIED = 0,

            /** AES_256_GCM value */
            AES_256_GCM = 1,

            /** CHACHA20_POLY1305 value */
            CHACHA20_POLY1305 = 2
        }

        /** Profile enum. */
        enum Profile {

            /** PROFILE_UNSPECIFIED value */
            PROFILE_UNSPECIFIED = 0,

            /** MINIMAL value */
            MINIMAL = 1,

            /** FULL value */
            FULL = 2
        }

        /**
         * Properties of an Extension.
         * @deprecated Use quietwire.v1.Extension.$Properties instead.
         */
        interface IExtension extends quietwire.v1.Extension.$Properties {
        }

        /** Represents an Extension. */
        class Extension {

            /**
             * Constructs a new Extension.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Extension.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Extension type. */
            type: number;

            /** Extension value. */
            value: Uint8Array;

            /**
             * Creates a new Extension instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Extension instance
             */
            static create(properties: quietwire.v1.Extension.$Shape): quietwire.v1.Extension & quietwire.v1.Extension.$Shape;
            static create(properties?: quietwire.v1.Extension.$Properties): quietwire.v1.Extension;

            /**
             * Encodes the specified Extension message. Does not implicitly {@link quietwire.v1.Extension.verify|verify} messages.
             * @param message Extension message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Extension.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Extension message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Extension & quietwire.v1.Extension.$Shape} Extension
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Extension & quietwire.v1.Extension.$Shape;
        }

        namespace Extension {

            /** Properties of an Extension. */
            interface $Properties {

                /** Extension type */
                type?: (number|null);

                /** Extension value */
                value?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Extension. */
            type $Shape = quietwire.v1.Extension.$Properties;
        }

        /**
         * Properties of a Hello.
         * @deprecated Use quietwire.v1.Hello.$Properties instead.
         */
        interface IHello extends quietwire.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello nonce. */
            nonce: Uint8Array;

            /** Hello fleet. */
            fleet: string;

            /** Hello deviceId. */
            deviceId: string;

            /** Hello keyId. */
            keyId: Uint8Array;

            /** Hello binding. */
            binding: quietwire.v1.Binding;

            /** Hello aeads. */
            aeads: quietwire.v1.Aead[];

            /** Hello maxFrame. */
            maxFrame: number;

            /** Hello profile. */
            profile: quietwire.v1.Profile;

            /** Hello extensions. */
            extensions: quietwire.v1.Extension.$Properties[];

            /**
             * Creates a new Hello instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Hello instance
             */
            static create(properties: quietwire.v1.Hello.$Shape): quietwire.v1.Hello & quietwire.v1.Hello.$Shape;
            static create(properties?: quietwire.v1.Hello.$Properties): quietwire.v1.Hello;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link quietwire.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Hello & quietwire.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Hello & quietwire.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello nonce */
                nonce?: (Uint8Array|null);

                /** Hello fleet */
                fleet?: (string|null);

                /** Hello deviceId */
                deviceId?: (string|null);

                /** Hello keyId */
                keyId?: (Uint8Array|null);

                /** Hello binding */
                binding?: (quietwire.v1.Binding|null);

                /** Hello aeads */
                aeads?: (quietwire.v1.Aead[]|null);

                /** Hello maxFrame */
                maxFrame?: (number|null);

                /** Hello profile */
                profile?: (quietwire.v1.Profile|null);

                /** Hello extensions */
                extensions?: (quietwire.v1.Extension.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = quietwire.v1.Hello.$Properties;
        }

        /**
         * Properties of a Challenge.
         * @deprecated Use quietwire.v1.Challenge.$Properties instead.
         */
        interface IChallenge extends quietwire.v1.Challenge.$Properties {
        }

        /** Represents a Challenge. */
        class Challenge {

            /**
             * Constructs a new Challenge.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Challenge.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Challenge nonce. */
            nonce: Uint8Array;

            /** Challenge aead. */
            aead: quietwire.v1.Aead;

            /** Challenge extensions. */
            extensions: quietwire.v1.Extension.$Properties[];

            /**
             * Creates a new Challenge instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Challenge instance
             */
            static create(properties: quietwire.v1.Challenge.$Shape): quietwire.v1.Challenge & quietwire.v1.Challenge.$Shape;
            static create(properties?: quietwire.v1.Challenge.$Properties): quietwire.v1.Challenge;

            /**
             * Encodes the specified Challenge message. Does not implicitly {@link quietwire.v1.Challenge.verify|verify} messages.
             * @param message Challenge message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Challenge.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Challenge message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Challenge & quietwire.v1.Challenge.$Shape} Challenge
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Challenge & quietwire.v1.Challenge.$Shape;
        }

        namespace Challenge {

            /** Properties of a Challenge. */
            interface $Properties {

                /** Challenge nonce */
                nonce?: (Uint8Array|null);

                /** Challenge aead */
                aead?: (quietwire.v1.Aead|null);

                /** Challenge extensions */
                extensions?: (quietwire.v1.Extension.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Challenge. */
            type $Shape = quietwire.v1.Challenge.$Properties;
        }

        /**
         * Properties of a Proof.
         * @deprecated Use quietwire.v1.Proof.$Properties instead.
         */
        interface IProof extends quietwire.v1.Proof.$Properties {
        }

        /** Represents a Proof. */
        class Proof {

            /**
             * Constructs a new Proof.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Proof.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Proof mac. */
            mac: Uint8Array;

            /**
             * Creates a new Proof instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Proof instance
             */
            static create(properties: quietwire.v1.Proof.$Shape): quietwire.v1.Proof & quietwire.v1.Proof.$Shape;
            static create(properties?: quietwire.v1.Proof.$Properties): quietwire.v1.Proof;

            /**
             * Encodes the specified Proof message. Does not implicitly {@link quietwire.v1.Proof.verify|verify} messages.
             * @param message Proof message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Proof.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Proof message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Proof & quietwire.v1.Proof.$Shape} Proof
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Proof & quietwire.v1.Proof.$Shape;
        }

        namespace Proof {

            /** Properties of a Proof. */
            interface $Properties {

                /** Proof mac */
                mac?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Proof. */
            type $Shape = quietwire.v1.Proof.$Properties;
        }

        /**
         * Properties of an Accept.
         * @deprecated Use quietwire.v1.Accept.$Properties instead.
         */
        interface IAccept extends quietwire.v1.Accept.$Properties {
        }

        /** Represents an Accept. */
        class Accept {

            /**
             * Constructs a new Accept.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Accept.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Accept mac. */
            mac: Uint8Array;

            /** Accept sealed. */
            sealed: Uint8Array;

            /**
             * Creates a new Accept instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Accept instance
             */
            static create(properties: quietwire.v1.Accept.$Shape): quietwire.v1.Accept & quietwire.v1.Accept.$Shape;
            static create(properties?: quietwire.v1.Accept.$Properties): quietwire.v1.Accept;

            /**
             * Encodes the specified Accept message. Does not implicitly {@link quietwire.v1.Accept.verify|verify} messages.
             * @param message Accept message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Accept.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Accept message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Accept & quietwire.v1.Accept.$Shape} Accept
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Accept & quietwire.v1.Accept.$Shape;
        }

        namespace Accept {

            /** Properties of an Accept. */
            interface $Properties {

                /** Accept mac */
                mac?: (Uint8Array|null);

                /** Accept sealed */
                sealed?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Accept. */
            type $Shape = quietwire.v1.Accept.$Properties;
        }

        /**
         * Properties of a Refuse.
         * @deprecated Use quietwire.v1.Refuse.$Properties instead.
         */
        interface IRefuse extends quietwire.v1.Refuse.$Properties {
        }

        /** Represents a Refuse. */
        class Refuse {

            /**
             * Constructs a new Refuse.
             * @param [properties] Properties to set
             */
            constructor(properties?: quietwire.v1.Refuse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refuse code. */
            code: number;

            /** Refuse text. */
            text: string;

            /**
             * Creates a new Refuse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Refuse instance
             */
            static create(properties: quietwire.v1.Refuse.$Shape): quietwire.v1.Refuse & quietwire.v1.Refuse.$Shape;
            static create(properties?: quietwire.v1.Refuse.$Properties): quietwire.v1.Refuse;

            /**
             * Encodes the specified Refuse message. Does not implicitly {@link quietwire.v1.Refuse.verify|verify} messages.
             * @param message Refuse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: quietwire.v1.Refuse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refuse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {quietwire.v1.Refuse & quietwire.v1.Refuse.$Shape} Refuse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): quietwire.v1.Refuse & quietwire.v1.Refuse.$Shape;
        }

        namespace Refuse {

            /** Properties of a Refuse. */
            interface $Properties {

                /** Refuse code */
                code?: (number|null);

                /** Refuse text */
                text?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refuse. */
            type $Shape = quietwire.v1.Refuse.$Properties;
        }
    }
}
