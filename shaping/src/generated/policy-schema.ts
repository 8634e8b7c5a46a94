// Generated from charts/quietwire/files/crds/shapingpolicies.quietwire.dev.yaml by shaping/scripts/generate.mjs. Do not edit.

/** apiVersion of a ShapingPolicy. */
export const policyApiVersion = 'quietwire.dev/v1alpha1';

/** Schema of a ShapingPolicy's spec. */
export const policySpecSchema = {
  "type": "object",
  "required": [
    "fleet",
    "services"
  ],
  "x-kubernetes-validations": [
    {
      "rule": "duration(self.period).getMilliseconds() >= 4 * duration(self.lead).getMilliseconds()",
      "message": "is too short for the lead, allowed at least 4 × lead",
      "fieldPath": ".period"
    },
    {
      "rule": "self.mode != 'STP' || has(self.upstream.interval.constant)",
      "message": "must be constant in mode STP, allowed constant",
      "fieldPath": ".upstream.interval"
    },
    {
      "rule": "self.mode != 'STP' || has(self.downstream.interval.constant)",
      "message": "must be constant in mode STP, allowed constant",
      "fieldPath": ".downstream.interval"
    },
    {
      "rule": "self.mode != 'STP' || !has(self.upstream.size) || (has(self.upstream.size.constant) && self.upstream.size.constant == self.frameSize)",
      "message": "must be constant at frameSize in mode STP, allowed a constant equal to frameSize, or no size",
      "fieldPath": ".upstream.size"
    },
    {
      "rule": "self.mode != 'STP' || !has(self.downstream.size) || (has(self.downstream.size.constant) && self.downstream.size.constant == self.frameSize)",
      "message": "must be constant at frameSize in mode STP, allowed a constant equal to frameSize, or no size",
      "fieldPath": ".downstream.size"
    },
    {
      "rule": "self.mode != 'STP' || !has(self.upstream.interval.constant) || duration(self.upstream.interval.constant) < duration('20ms') || duration(self.period).getMilliseconds() % duration(self.upstream.interval.constant).getMilliseconds() == 0",
      "message": "does not hold a whole number of upstream slots, allowed multiples of upstream.interval.constant",
      "fieldPath": ".period"
    },
    {
      "rule": "self.mode != 'STP' || !has(self.downstream.interval.constant) || duration(self.downstream.interval.constant) < duration('20ms') || duration(self.period).getMilliseconds() % duration(self.downstream.interval.constant).getMilliseconds() == 0",
      "message": "does not hold a whole number of downstream slots, allowed multiples of downstream.interval.constant",
      "fieldPath": ".period"
    },
    {
      "rule": "self.mode != 'STP' || ( (!has(self.upstream.interval.constant) || duration(self.lead).getMilliseconds() >= 2 * duration(self.upstream.interval.constant).getMilliseconds()) && (!has(self.downstream.interval.constant) || duration(self.lead).getMilliseconds() >= 2 * duration(self.downstream.interval.constant).getMilliseconds()))",
      "message": "leaves no slot to announce a period in, allowed at least 2 slots of the slower direction",
      "fieldPath": ".lead"
    },
    {
      "rule": "self.mode != 'STP' || self.background.passthrough || ( (!has(self.upstream.interval.constant) || ( duration(self.background.interval.constant).getMilliseconds() >= duration(self.lead).getMilliseconds() + 100 + duration(self.upstream.interval.constant).getMilliseconds() && duration(self.background.interval.constant).getMilliseconds() >= duration(self.lead).getMilliseconds() + 3 * duration(self.upstream.interval.constant).getMilliseconds())) && (!has(self.downstream.interval.constant) || ( duration(self.background.interval.constant).getMilliseconds() >= duration(self.lead).getMilliseconds() + 100 + duration(self.downstream.interval.constant).getMilliseconds() && duration(self.background.interval.constant).getMilliseconds() >= duration(self.lead).getMilliseconds() + 3 * duration(self.downstream.interval.constant).getMilliseconds())))",
      "message": "would put a slot into the rest after a run, allowed at least lead + rest (100ms or 2 slots, the longer) + 1 slot of the slower direction",
      "fieldPath": ".background.interval"
    },
    {
      "rule": "self.mode != 'STP' || ( duration(self.activity.hold).getMilliseconds() >= duration(self.lead).getMilliseconds() + 100 && (!has(self.upstream.interval.constant) || duration(self.activity.hold).getMilliseconds() >= duration(self.lead).getMilliseconds() + 2 * duration(self.upstream.interval.constant).getMilliseconds()) && (!has(self.downstream.interval.constant) || duration(self.activity.hold).getMilliseconds() >= duration(self.lead).getMilliseconds() + 2 * duration(self.downstream.interval.constant).getMilliseconds()))",
      "message": "is shorter than the rest after a run, allowed at least lead + rest (100ms or 2 slots, the longer)",
      "fieldPath": ".activity.hold"
    },
    {
      "rule": "!has(self.cover.durations) || !has(self.cover.durations.device) || self.cover.durations.device.size() <= [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].filter(length, length <= self.longestRun).size()",
      "message": "has classes that no run reaches, allowed one entry for each of 1, 2, 4 … longestRun",
      "fieldPath": ".cover.durations.device"
    },
    {
      "rule": "!has(self.cover.durations) || !has(self.cover.durations.cloud) || self.cover.durations.cloud.size() <= [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].filter(length, length <= self.longestRun).size()",
      "message": "has classes that no run reaches, allowed one entry for each of 1, 2, 4 … longestRun",
      "fieldPath": ".cover.durations.cloud"
    },
    {
      "rule": "self.services.all(one, self.services.all(other, one.port != other.port || one.proxyProtocol == other.proxyProtocol))",
      "message": "gives one port with a PROXY header and without, so that a device could write the header of another, allowed one proxyProtocol for each port",
      "fieldPath": ".services"
    },
    {
      "rule": "self.services.all(one, self.services.all(other, one.port != other.port || one.identity == other.identity))",
      "message": "gives one port two identities, so that a device could choose its name, allowed one identity for each port",
      "fieldPath": ".services"
    },
    {
      "rule": "self.services.all(service, self.frameSize >= (self.mode == 'ILP' ? 7 : 55) + service.name.size())",
      "message": "has no room to open a stream to a service, allowed at least 55 (7 in mode ILP) + the longest name in services",
      "fieldPath": ".frameSize"
    },
    {
      "rule": "self.mode == 'ILP' || self.services.all(service, self.background.frameSize >= 55 + service.name.size())",
      "message": "has no room to open a stream to a service, allowed at least 55 + the longest name in services",
      "fieldPath": ".background.frameSize"
    },
    {
      "rule": "self.mode != 'ILP' || !has(self.upstream.size) || self.services.all(service, (!has(self.upstream.size.constant) || self.upstream.size.constant >= 7 + service.name.size()) && (!has(self.upstream.size.max) || self.upstream.size.max >= 7 + service.name.size()) && ((has(self.upstream.size.min) && self.upstream.size.min >= 7 + service.name.size()) || ( (!has(self.upstream.size.uniform) || self.upstream.size.uniform.high >= 7 + service.name.size()) && (!has(self.upstream.size.empirical) || self.upstream.size.empirical.values.exists(value, value >= 7 + service.name.size())))))",
      "message": "never has room to open a stream to a service, allowed sizes up to at least 7 + the longest name in services",
      "fieldPath": ".upstream.size"
    },
    {
      "rule": "!has(self.upstream.size) || ((!has(self.upstream.size.constant) || self.upstream.size.constant <= self.frameSize) && (!has(self.upstream.size.min) || self.upstream.size.min <= self.frameSize) && (!has(self.upstream.size.max) || self.upstream.size.max <= self.frameSize) && (!has(self.upstream.size.uniform) || self.upstream.size.uniform.high <= self.frameSize) && (!has(self.upstream.size.normal) || (self.upstream.size.normal.mean <= self.frameSize && self.upstream.size.normal.deviation <= self.frameSize)) && (!has(self.upstream.size.exponential) || self.upstream.size.exponential.mean <= self.frameSize) && (!has(self.upstream.size.lognormal) || self.upstream.size.lognormal.median <= self.frameSize) && (!has(self.upstream.size.empirical) || self.upstream.size.empirical.values.all(value, value <= self.frameSize)))",
      "message": "is larger than the largest frame, allowed at most frameSize",
      "fieldPath": ".upstream.size"
    },
    {
      "rule": "!has(self.downstream.size) || ((!has(self.downstream.size.constant) || self.downstream.size.constant <= self.frameSize) && (!has(self.downstream.size.min) || self.downstream.size.min <= self.frameSize) && (!has(self.downstream.size.max) || self.downstream.size.max <= self.frameSize) && (!has(self.downstream.size.uniform) || self.downstream.size.uniform.high <= self.frameSize) && (!has(self.downstream.size.normal) || (self.downstream.size.normal.mean <= self.frameSize && self.downstream.size.normal.deviation <= self.frameSize)) && (!has(self.downstream.size.exponential) || self.downstream.size.exponential.mean <= self.frameSize) && (!has(self.downstream.size.lognormal) || self.downstream.size.lognormal.median <= self.frameSize) && (!has(self.downstream.size.empirical) || self.downstream.size.empirical.values.all(value, value <= self.frameSize)))",
      "message": "is larger than the largest frame, allowed at most frameSize",
      "fieldPath": ".downstream.size"
    }
  ],
  "properties": {
    "fleet": {
      "type": "string",
      "title": "name",
      "minLength": 1,
      "maxLength": 63,
      "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
    },
    "workloadSelector": {
      "type": "object",
      "x-kubernetes-map-type": "atomic",
      "properties": {
        "matchLabels": {
          "type": "object",
          "maxProperties": 32,
          "additionalProperties": {
            "type": "string",
            "maxLength": 63
          }
        },
        "matchExpressions": {
          "type": "array",
          "maxItems": 32,
          "x-kubernetes-list-type": "atomic",
          "items": {
            "type": "object",
            "required": [
              "key",
              "operator"
            ],
            "properties": {
              "key": {
                "type": "string",
                "maxLength": 317
              },
              "operator": {
                "type": "string",
                "enum": [
                  "In",
                  "NotIn",
                  "Exists",
                  "DoesNotExist"
                ]
              },
              "values": {
                "type": "array",
                "maxItems": 32,
                "x-kubernetes-list-type": "atomic",
                "items": {
                  "type": "string",
                  "maxLength": 63
                }
              }
            }
          }
        }
      }
    },
    "authentication": {
      "type": "object",
      "default": {
        "groupKeys": true
      },
      "x-kubernetes-validations": [
        {
          "rule": "self.groupKeys || has(self.clientCertificate)",
          "message": "leaves devices no way to prove themselves, allowed groupKeys, clientCertificate or both"
        }
      ],
      "properties": {
        "groupKeys": {
          "type": "boolean",
          "default": true
        },
        "clientCertificate": {
          "type": "object",
          "properties": {
            "deviceFrom": {
              "type": "string",
              "enum": [
                "CN",
                "URI"
              ],
              "default": "CN"
            }
          }
        },
        "maxConnectionAge": {
          "type": "string",
          "title": "duration",
          "maxLength": 16,
          "pattern": "^([0-9]+(h|ms|m|s))+$",
          "default": "24h",
          "x-kubernetes-validations": [
            {
              "rule": "duration(self) >= duration('1m') && duration(self) <= duration('8760h')",
              "message": "is out of range, allowed 1m…8760h"
            }
          ]
        }
      }
    },
    "services": {
      "type": "array",
      "minItems": 1,
      "maxItems": 16,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": [
        "name"
      ],
      "items": {
        "type": "object",
        "required": [
          "name",
          "port"
        ],
        "properties": {
          "name": {
            "type": "string",
            "title": "name",
            "minLength": 1,
            "maxLength": 63,
            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
          },
          "port": {
            "type": "integer",
            "minimum": 1,
            "maximum": 65535
          },
          "proxyProtocol": {
            "type": "string",
            "enum": [
              "V2",
              "None"
            ],
            "default": "None"
          },
          "identity": {
            "type": "string",
            "enum": [
              "FleetDevice",
              "Device"
            ],
            "default": "FleetDevice"
          }
        }
      }
    },
    "mode": {
      "type": "string",
      "enum": [
        "STP",
        "ILP",
        "Morphing"
      ],
      "default": "STP"
    },
    "frameSize": {
      "type": "integer",
      "minimum": 64,
      "maximum": 16000,
      "default": 1024
    },
    "period": {
      "type": "string",
      "title": "duration",
      "maxLength": 16,
      "pattern": "^([0-9]+(h|ms|m|s))+$",
      "default": "5s",
      "x-kubernetes-validations": [
        {
          "rule": "duration(self) >= duration('160ms') && duration(self) <= duration('10m')",
          "message": "is out of range, allowed 160ms…10m"
        }
      ]
    },
    "upstream": {
      "type": "object",
      "default": {},
      "properties": {
        "interval": {
          "type": "object",
          "default": {
            "constant": "100ms"
          },
          "x-kubernetes-validations": [
            {
              "rule": "[has(self.constant), has(self.uniform), has(self.normal), has(self.exponential), has(self.lognormal), has(self.empirical), has(self.spline)].filter(kind, kind).size() == 1",
              "message": "must be one distribution, allowed exactly one of constant, uniform, normal, exponential, lognormal, empirical, spline"
            },
            {
              "rule": "!has(self.min) || !has(self.max) || duration(self.min) <= duration(self.max)",
              "message": "has its bounds in the wrong order, allowed max at or above min",
              "fieldPath": ".max"
            }
          ],
          "properties": {
            "constant": {
              "type": "string",
              "title": "duration",
              "maxLength": 16,
              "pattern": "^([0-9]+(h|ms|m|s))+$",
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                  "message": "is out of range, allowed 20ms…1m"
                }
              ]
            },
            "uniform": {
              "type": "object",
              "required": [
                "low",
                "high"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self.low) <= duration(self.high)",
                  "message": "has its bounds in the wrong order, allowed high at or above low",
                  "fieldPath": ".high"
                }
              ],
              "properties": {
                "low": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 0s…1m"
                    }
                  ]
                },
                "high": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 0s…1m"
                    }
                  ]
                }
              }
            },
            "normal": {
              "type": "object",
              "required": [
                "mean",
                "deviation"
              ],
              "properties": {
                "mean": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 0s…1m"
                    }
                  ]
                },
                "deviation": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 1ms…1m"
                    }
                  ]
                }
              }
            },
            "exponential": {
              "type": "object",
              "required": [
                "mean"
              ],
              "properties": {
                "mean": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 1ms…1m"
                    }
                  ]
                }
              }
            },
            "lognormal": {
              "type": "object",
              "required": [
                "median",
                "sigma"
              ],
              "properties": {
                "median": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 1ms…1m"
                    }
                  ]
                },
                "sigma": {
                  "type": "number",
                  "minimum": 0,
                  "exclusiveMinimum": true,
                  "maximum": 10
                }
              }
            },
            "empirical": {
              "type": "object",
              "required": [
                "values",
                "weights"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "self.values.size() == self.weights.size()",
                  "message": "needs one weight for each value, allowed lists of equal length",
                  "fieldPath": ".weights"
                },
                {
                  "rule": "self.weights.exists(weight, weight > 0.0)",
                  "message": "would choose no value, allowed at least one weight above 0",
                  "fieldPath": ".weights"
                }
              ],
              "properties": {
                "values": {
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 16,
                  "x-kubernetes-list-type": "atomic",
                  "items": {
                    "type": "string",
                    "title": "duration",
                    "maxLength": 16,
                    "pattern": "^([0-9]+(h|ms|m|s))+$",
                    "x-kubernetes-validations": [
                      {
                        "rule": "duration(self) <= duration('1m')",
                        "message": "is out of range, allowed 0s…1m"
                      }
                    ]
                  }
                },
                "weights": {
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 16,
                  "x-kubernetes-list-type": "atomic",
                  "items": {
                    "type": "number",
                    "minimum": 0,
                    "maximum": 1000000
                  }
                }
              }
            },
            "spline": {
              "type": "object",
              "required": [
                "samplesRef"
              ],
              "properties": {
                "samplesRef": {
                  "type": "object",
                  "required": [
                    "name"
                  ],
                  "properties": {
                    "name": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 253
                    },
                    "key": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 253,
                      "default": "samples"
                    }
                  }
                }
              }
            },
            "min": {
              "type": "string",
              "title": "duration",
              "maxLength": 16,
              "pattern": "^([0-9]+(h|ms|m|s))+$",
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                  "message": "is out of range, allowed 20ms…1m"
                }
              ]
            },
            "max": {
              "type": "string",
              "title": "duration",
              "maxLength": 16,
              "pattern": "^([0-9]+(h|ms|m|s))+$",
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                  "message": "is out of range, allowed 20ms…1m"
                }
              ]
            }
          }
        },
        "size": {
          "type": "object",
          "x-kubernetes-validations": [
            {
              "rule": "[has(self.constant), has(self.uniform), has(self.normal), has(self.exponential), has(self.lognormal), has(self.empirical), has(self.spline)].filter(kind, kind).size() == 1",
              "message": "must be one distribution, allowed exactly one of constant, uniform, normal, exponential, lognormal, empirical, spline"
            },
            {
              "rule": "!has(self.min) || !has(self.max) || self.min <= self.max",
              "message": "has its bounds in the wrong order, allowed max at or above min",
              "fieldPath": ".max"
            }
          ],
          "properties": {
            "constant": {
              "type": "integer",
              "minimum": 64,
              "maximum": 16000
            },
            "uniform": {
              "type": "object",
              "required": [
                "low",
                "high"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "self.low <= self.high",
                  "message": "has its bounds in the wrong order, allowed high at or above low",
                  "fieldPath": ".high"
                }
              ],
              "properties": {
                "low": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 16000
                },
                "high": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 16000
                }
              }
            },
            "normal": {
              "type": "object",
              "required": [
                "mean",
                "deviation"
              ],
              "properties": {
                "mean": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 16000
                },
                "deviation": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 16000
                }
              }
            },
            "exponential": {
              "type": "object",
              "required": [
                "mean"
              ],
              "properties": {
                "mean": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 16000
                }
              }
            },
            "lognormal": {
              "type": "object",
              "required": [
                "median",
                "sigma"
              ],
              "properties": {
                "median": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 16000
                },
                "sigma": {
                  "type": "number",
                  "minimum": 0,
                  "exclusiveMinimum": true,
                  "maximum": 10
                }
              }
            },
            "empirical": {
              "type": "object",
              "required": [
                "values",
                "weights"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "self.values.size() == self.weights.size()",
                  "message": "needs one weight for each value, allowed lists of equal length",
                  "fieldPath": ".weights"
                },
                {
                  "rule": "self.weights.exists(weight, weight > 0.0)",
                  "message": "would choose no value, allowed at least one weight above 0",
                  "fieldPath": ".weights"
                }
              ],
              "properties": {
                "values": {
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 16,
                  "x-kubernetes-list-type": "atomic",
                  "items": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 16000
                  }
                },
                "weights": {
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 16,
                  "x-kubernetes-list-type": "atomic",
                  "items": {
                    "type": "number",
                    "minimum": 0,
                    "maximum": 1000000
                  }
                }
              }
            },
            "spline": {
              "type": "object",
              "required": [
                "samplesRef"
              ],
              "properties": {
                "samplesRef": {
                  "type": "object",
                  "required": [
                    "name"
                  ],
                  "properties": {
                    "name": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 253
                    },
                    "key": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 253,
                      "default": "samples"
                    }
                  }
                }
              }
            },
            "min": {
              "type": "integer",
              "minimum": 64,
              "maximum": 16000
            },
            "max": {
              "type": "integer",
              "minimum": 64,
              "maximum": 16000
            }
          }
        }
      }
    },
    "downstream": {
      "type": "object",
      "default": {},
      "properties": {
        "interval": {
          "type": "object",
          "default": {
            "constant": "50ms"
          },
          "x-kubernetes-validations": [
            {
              "rule": "[has(self.constant), has(self.uniform), has(self.normal), has(self.exponential), has(self.lognormal), has(self.empirical), has(self.spline)].filter(kind, kind).size() == 1",
              "message": "must be one distribution, allowed exactly one of constant, uniform, normal, exponential, lognormal, empirical, spline"
            },
            {
              "rule": "!has(self.min) || !has(self.max) || duration(self.min) <= duration(self.max)",
              "message": "has its bounds in the wrong order, allowed max at or above min",
              "fieldPath": ".max"
            }
          ],
          "properties": {
            "constant": {
              "type": "string",
              "title": "duration",
              "maxLength": 16,
              "pattern": "^([0-9]+(h|ms|m|s))+$",
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                  "message": "is out of range, allowed 20ms…1m"
                }
              ]
            },
            "uniform": {
              "type": "object",
              "required": [
                "low",
                "high"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self.low) <= duration(self.high)",
                  "message": "has its bounds in the wrong order, allowed high at or above low",
                  "fieldPath": ".high"
                }
              ],
              "properties": {
                "low": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 0s…1m"
                    }
                  ]
                },
                "high": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 0s…1m"
                    }
                  ]
                }
              }
            },
            "normal": {
              "type": "object",
              "required": [
                "mean",
                "deviation"
              ],
              "properties": {
                "mean": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 0s…1m"
                    }
                  ]
                },
                "deviation": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 1ms…1m"
                    }
                  ]
                }
              }
            },
            "exponential": {
              "type": "object",
              "required": [
                "mean"
              ],
              "properties": {
                "mean": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 1ms…1m"
                    }
                  ]
                }
              }
            },
            "lognormal": {
              "type": "object",
              "required": [
                "median",
                "sigma"
              ],
              "properties": {
                "median": {
                  "type": "string",
                  "title": "duration",
                  "maxLength": 16,
                  "pattern": "^([0-9]+(h|ms|m|s))+$",
                  "x-kubernetes-validations": [
                    {
                      "rule": "duration(self) >= duration('1ms') && duration(self) <= duration('1m')",
                      "message": "is out of range, allowed 1ms…1m"
                    }
                  ]
                },
                "sigma": {
                  "type": "number",
                  "minimum": 0,
                  "exclusiveMinimum": true,
                  "maximum": 10
                }
              }
            },
            "empirical": {
              "type": "object",
              "required": [
                "values",
                "weights"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "self.values.size() == self.weights.size()",
                  "message": "needs one weight for each value, allowed lists of equal length",
                  "fieldPath": ".weights"
                },
                {
                  "rule": "self.weights.exists(weight, weight > 0.0)",
                  "message": "would choose no value, allowed at least one weight above 0",
                  "fieldPath": ".weights"
                }
              ],
              "properties": {
                "values": {
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 16,
                  "x-kubernetes-list-type": "atomic",
                  "items": {
                    "type": "string",
                    "title": "duration",
                    "maxLength": 16,
                    "pattern": "^([0-9]+(h|ms|m|s))+$",
                    "x-kubernetes-validations": [
                      {
                        "rule": "duration(self) <= duration('1m')",
                        "message": "is out of range, allowed 0s…1m"
                      }
                    ]
                  }
                },
                "weights": {
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 16,
                  "x-kubernetes-list-type": "atomic",
                  "items": {
                    "type": "number",
                    "minimum": 0,
                    "maximum": 1000000
                  }
                }
              }
            },
            "spline": {
              "type": "object",
              "required": [
                "samplesRef"
              ],
              "properties": {
                "samplesRef": {
                  "type": "object",
                  "required": [
                    "name"
                  ],
                  "properties": {
                    "name": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 253
                    },
                    "key": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 253,
                      "default": "samples"
                    }
                  }
                }
              }
            },
            "min": {
              "type": "string",
              "title": "duration",
              "maxLength": 16,
              "pattern": "^([0-9]+(h|ms|m|s))+$",
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                  "message": "is out of range, allowed 20ms…1m"
                }
              ]
            },
            "max": {
              "type": "string",
              "title": "duration",
              "maxLength": 16,
              "pattern": "^([0-9]+(h|ms|m|s))+$",
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                  "message": "is out of range, allowed 20ms…1m"
                }
              ]
            }
          }
        },
        "size": {
          "type": "object",
          "x-kubernetes-validations": [
            {
              "rule": "[has(self.constant), has(self.uniform), has(self.normal), has(self.exponential), has(self.lognormal), has(self.empirical), has(self.spline)].filter(kind, kind).size() == 1",
              "message": "must be one distribution, allowed exactly one of constant, uniform, normal, exponential, lognormal, empirical, spline"
            },
            {
              "rule": "!has(self.min) || !has(self.max) || self.min <= self.max",
              "message": "has its bounds in the wrong order, allowed max at or above min",
              "fieldPath": ".max"
            }
          ],
          "properties": {
            "constant": {
              "type": "integer",
              "minimum": 64,
              "maximum": 16000
            },
            "uniform": {
              "type": "object",
              "required": [
                "low",
                "high"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "self.low <= self.high",
                  "message": "has its bounds in the wrong order, allowed high at or above low",
                  "fieldPath": ".high"
                }
              ],
              "properties": {
                "low": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 16000
                },
                "high": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 16000
                }
              }
            },
            "normal": {
              "type": "object",
              "required": [
                "mean",
                "deviation"
              ],
              "properties": {
                "mean": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 16000
                },
                "deviation": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 16000
                }
              }
            },
            "exponential": {
              "type": "object",
              "required": [
                "mean"
              ],
              "properties": {
                "mean": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 16000
                }
              }
            },
            "lognormal": {
              "type": "object",
              "required": [
                "median",
                "sigma"
              ],
              "properties": {
                "median": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 16000
                },
                "sigma": {
                  "type": "number",
                  "minimum": 0,
                  "exclusiveMinimum": true,
                  "maximum": 10
                }
              }
            },
            "empirical": {
              "type": "object",
              "required": [
                "values",
                "weights"
              ],
              "x-kubernetes-validations": [
                {
                  "rule": "self.values.size() == self.weights.size()",
                  "message": "needs one weight for each value, allowed lists of equal length",
                  "fieldPath": ".weights"
                },
                {
                  "rule": "self.weights.exists(weight, weight > 0.0)",
                  "message": "would choose no value, allowed at least one weight above 0",
                  "fieldPath": ".weights"
                }
              ],
              "properties": {
                "values": {
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 16,
                  "x-kubernetes-list-type": "atomic",
                  "items": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 16000
                  }
                },
                "weights": {
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 16,
                  "x-kubernetes-list-type": "atomic",
                  "items": {
                    "type": "number",
                    "minimum": 0,
                    "maximum": 1000000
                  }
                }
              }
            },
            "spline": {
              "type": "object",
              "required": [
                "samplesRef"
              ],
              "properties": {
                "samplesRef": {
                  "type": "object",
                  "required": [
                    "name"
                  ],
                  "properties": {
                    "name": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 253
                    },
                    "key": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 253,
                      "default": "samples"
                    }
                  }
                }
              }
            },
            "min": {
              "type": "integer",
              "minimum": 64,
              "maximum": 16000
            },
            "max": {
              "type": "integer",
              "minimum": 64,
              "maximum": 16000
            }
          }
        }
      }
    },
    "shape": {
      "type": "object",
      "x-kubernetes-validations": [
        {
          "rule": "[has(self.constant), has(self.trace), has(self.spline)].filter(kind, kind).size() == 1",
          "message": "must be one shape, allowed exactly one of constant, trace, spline"
        }
      ],
      "properties": {
        "constant": {
          "type": "object"
        },
        "trace": {
          "type": "object",
          "required": [
            "samplesRef"
          ],
          "properties": {
            "samplesRef": {
              "type": "object",
              "required": [
                "name"
              ],
              "properties": {
                "name": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 253
                },
                "key": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 253,
                  "default": "samples"
                }
              }
            }
          }
        },
        "spline": {
          "type": "object",
          "required": [
            "samplesRef"
          ],
          "properties": {
            "samplesRef": {
              "type": "object",
              "required": [
                "name"
              ],
              "properties": {
                "name": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 253
                },
                "key": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 253,
                  "default": "samples"
                }
              }
            }
          }
        }
      }
    },
    "shapes": {
      "type": "array",
      "maxItems": 4,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": [
        "name"
      ],
      "items": {
        "type": "object",
        "required": [
          "name",
          "upstream",
          "downstream"
        ],
        "properties": {
          "name": {
            "type": "string",
            "title": "name",
            "minLength": 1,
            "maxLength": 63,
            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
          },
          "upstream": {
            "type": "object",
            "required": [
              "interval"
            ],
            "properties": {
              "interval": {
                "type": "string",
                "title": "duration",
                "maxLength": 16,
                "pattern": "^([0-9]+(h|ms|m|s))+$",
                "x-kubernetes-validations": [
                  {
                    "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                    "message": "is out of range, allowed 20ms…1m"
                  }
                ]
              },
              "size": {
                "type": "integer",
                "minimum": 64,
                "maximum": 16000
              }
            }
          },
          "downstream": {
            "type": "object",
            "required": [
              "interval"
            ],
            "properties": {
              "interval": {
                "type": "string",
                "title": "duration",
                "maxLength": 16,
                "pattern": "^([0-9]+(h|ms|m|s))+$",
                "x-kubernetes-validations": [
                  {
                    "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                    "message": "is out of range, allowed 20ms…1m"
                  }
                ]
              },
              "size": {
                "type": "integer",
                "minimum": 64,
                "maximum": 16000
              }
            }
          },
          "shape": {
            "type": "object",
            "x-kubernetes-validations": [
              {
                "rule": "[has(self.constant), has(self.trace), has(self.spline)].filter(kind, kind).size() == 1",
                "message": "must be one shape, allowed exactly one of constant, trace, spline"
              }
            ],
            "properties": {
              "constant": {
                "type": "object"
              },
              "trace": {
                "type": "object",
                "required": [
                  "samplesRef"
                ],
                "properties": {
                  "samplesRef": {
                    "type": "object",
                    "required": [
                      "name"
                    ],
                    "properties": {
                      "name": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 253
                      },
                      "key": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 253,
                        "default": "samples"
                      }
                    }
                  }
                }
              },
              "spline": {
                "type": "object",
                "required": [
                  "samplesRef"
                ],
                "properties": {
                  "samplesRef": {
                    "type": "object",
                    "required": [
                      "name"
                    ],
                    "properties": {
                      "name": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 253
                      },
                      "key": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 253,
                        "default": "samples"
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    },
    "background": {
      "type": "object",
      "default": {},
      "properties": {
        "interval": {
          "type": "object",
          "default": {
            "constant": "2s"
          },
          "required": [
            "constant"
          ],
          "properties": {
            "constant": {
              "type": "string",
              "title": "duration",
              "maxLength": 16,
              "pattern": "^([0-9]+(h|ms|m|s))+$",
              "x-kubernetes-validations": [
                {
                  "rule": "duration(self) >= duration('20ms') && duration(self) <= duration('1m')",
                  "message": "is out of range, allowed 20ms…1m"
                }
              ]
            }
          }
        },
        "frameSize": {
          "type": "integer",
          "minimum": 64,
          "maximum": 16000,
          "default": 128
        },
        "passthrough": {
          "type": "boolean",
          "default": false
        }
      }
    },
    "cover": {
      "type": "object",
      "default": {},
      "properties": {
        "objective": {
          "type": "object",
          "default": {
            "adversaryConfidence": 0.2
          },
          "x-kubernetes-validations": [
            {
              "rule": "[has(self.adversaryConfidence), has(self.probability), has(self.overhead), has(self.knee)] .filter(objective, objective).size() == 1",
              "message": "must be one objective, allowed exactly one of adversaryConfidence, probability, overhead, knee"
            }
          ],
          "properties": {
            "adversaryConfidence": {
              "type": "number",
              "minimum": 0,
              "exclusiveMinimum": true,
              "maximum": 1
            },
            "probability": {
              "type": "number",
              "minimum": 0,
              "maximum": 1
            },
            "overhead": {
              "type": "number",
              "minimum": 1,
              "maximum": 1000000
            },
            "knee": {
              "type": "boolean",
              "enum": [
                true
              ]
            }
          }
        },
        "model": {
          "type": "object",
          "default": {
            "poisson": {}
          },
          "x-kubernetes-validations": [
            {
              "rule": "[has(self.ghosts), has(self.poisson)].filter(model, model).size() == 1",
              "message": "must be one model, allowed exactly one of ghosts, poisson"
            }
          ],
          "properties": {
            "poisson": {
              "type": "object"
            },
            "ghosts": {
              "type": "object",
              "properties": {
                "count": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 64
                }
              }
            }
          }
        },
        "durations": {
          "type": "object",
          "properties": {
            "device": {
              "type": "array",
              "maxItems": 11,
              "x-kubernetes-list-type": "atomic",
              "items": {
                "type": "integer",
                "minimum": 0,
                "maximum": 1000000000
              }
            },
            "cloud": {
              "type": "array",
              "maxItems": 11,
              "x-kubernetes-list-type": "atomic",
              "items": {
                "type": "integer",
                "minimum": 0,
                "maximum": 1000000000
              }
            }
          }
        },
        "deviceShare": {
          "type": "number",
          "minimum": 0,
          "maximum": 1,
          "default": 0.3
        }
      }
    },
    "lead": {
      "type": "string",
      "title": "duration",
      "maxLength": 16,
      "pattern": "^([0-9]+(h|ms|m|s))+$",
      "default": "500ms",
      "x-kubernetes-validations": [
        {
          "rule": "duration(self) >= duration('40ms') && duration(self) <= duration('150s')",
          "message": "is out of range, allowed 40ms…150s"
        }
      ]
    },
    "longestRun": {
      "type": "integer",
      "enum": [
        1,
        2,
        4,
        8,
        16,
        32,
        64,
        128,
        256,
        512,
        1024
      ],
      "default": 64
    },
    "activity": {
      "type": "object",
      "default": {},
      "properties": {
        "perDay": {
          "type": "number",
          "minimum": 0,
          "exclusiveMinimum": true,
          "maximum": 100000,
          "default": 24
        },
        "quietBytes": {
          "type": "integer",
          "minimum": 0,
          "maximum": 65535,
          "default": 4
        },
        "window": {
          "type": "string",
          "title": "duration",
          "maxLength": 16,
          "pattern": "^([0-9]+(h|ms|m|s))+$",
          "default": "1s",
          "x-kubernetes-validations": [
            {
              "rule": "duration(self) >= duration('1ms') && duration(self) <= duration('10m')",
              "message": "is out of range, allowed 1ms…10m"
            }
          ]
        },
        "hold": {
          "type": "string",
          "title": "duration",
          "maxLength": 16,
          "pattern": "^([0-9]+(h|ms|m|s))+$",
          "default": "3s",
          "x-kubernetes-validations": [
            {
              "rule": "duration(self) >= duration('1ms') && duration(self) <= duration('10m')",
              "message": "is out of range, allowed 1ms…10m"
            }
          ]
        }
      }
    },
    "learning": {
      "type": "object",
      "default": {},
      "properties": {
        "duration": {
          "type": "string",
          "title": "duration",
          "maxLength": 16,
          "pattern": "^([0-9]+(h|ms|m|s))+$",
          "default": "0s",
          "x-kubernetes-validations": [
            {
              "rule": "duration(self) <= duration('8760h')",
              "message": "is out of range, allowed 0s…8760h"
            }
          ]
        },
        "apply": {
          "type": "string",
          "enum": [
            "Recommend",
            "Fleet"
          ],
          "default": "Recommend"
        }
      }
    },
    "unshapedPeers": {
      "type": "string",
      "enum": [
        "Refuse",
        "Allow"
      ],
      "default": "Refuse"
    },
    "suspend": {
      "type": "boolean",
      "default": false
    }
  }
} as const;
